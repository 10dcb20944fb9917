#include "layers/window_fields.h"

#include <string>

#include "core/error.h"

namespace thalweg {

namespace {

// Sums and products of two extents fit 64 bits.
constexpr int64_t kMostExtent = (int64_t{1} << 31) - 1;

int64_t extent(const LayerFields& fields, const char* name, int64_t least) {
  const int64_t value = fields.count(name, least);
  if (value > kMostExtent)
    throw Error({ErrorCode::kRange, std::string("layer.") + name, std::to_string(value),
                 "at most 2^31 - 1"});
  return value;
}

[[noreturn]] void refuse(const char* what, int64_t numbers, const std::string& expected) {
  throw Error({ErrorCode::kShape, std::string("layer.") + what, std::to_string(numbers), expected});
}

}  // namespace

Window read_window(const LayerFields& fields, int64_t inputs, int64_t outputs) {
  const Window window{.height = extent(fields, "height", 1),
                      .width = extent(fields, "width", 1),
                      .channels = extent(fields, "channels", 1),
                      .out_height = extent(fields, "outHeight", 1),
                      .out_width = extent(fields, "outWidth", 1),
                      .kernel_height = extent(fields, "kernelHeight", 1),
                      .kernel_width = extent(fields, "kernelWidth", 1),
                      .stride_height = extent(fields, "strideHeight", 1),
                      .stride_width = extent(fields, "strideWidth", 1),
                      .dilation_height = extent(fields, "dilationHeight", 1),
                      .dilation_width = extent(fields, "dilationWidth", 1),
                      .top = extent(fields, "top", 0),
                      .left = extent(fields, "left", 0)};
  if (inputs % window.pixels() != 0 || inputs / window.pixels() != window.channels)
    refuse("inputs", inputs,
           std::to_string(window.height) + " * " + std::to_string(window.width) + " * " +
               std::to_string(window.channels));
  if (outputs % window.positions() != 0)
    refuse("outputs", outputs, "a multiple of " + std::to_string(window.positions()));
  return window;
}

}  // namespace thalweg
