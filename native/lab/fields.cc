#include "lab/fields.h"

#include <algorithm>
#include <cctype>

#include "core/random.h"
#include "napi/border/convert.h"

namespace thalweg::lab {

using namespace napi;

std::string Fields::take_name(std::string_view& names) {
  const size_t end = std::min(names.find(", "), names.size());
  std::string name;
  for (size_t i = 0; i < end; ++i) {
    const bool is_new_word = i > 0 && names[i - 1] == '_';
    if (names[i] != '_') name += is_new_word ? static_cast<char>(std::toupper(names[i])) : names[i];
  }
  names.remove_prefix(std::min(end + 2, names.size()));
  return name;
}

double Fields::number(const std::string& name) const {
  const Napi::Value value = object_.Get(name);
  return value.IsUndefined() ? 0 : value.ToNumber().DoubleValue();
}

void* Fields::array(const std::string& name, napi_typedarray_type type,
                    size_t element_bytes) const {
  const Napi::Value value = object_.Get(name);
  if (value.IsUndefined()) return nullptr;
  const Span span = typed_span(value, type, name);
  if (&memory_ == &host_memory()) return span.data;
  const size_t bytes = span.length * element_bytes;
  const Copy copy = {span.data, scratch<char>(static_cast<int64_t>(bytes)), bytes};
  memory_.write(copy.device, copy.host, copy.bytes);
  copies_.push_back(copy);
  return copy.device;
}

Window Fields::window() const {
  Window w = {};
  read(
      "height, width, channels, out_height, out_width, kernel_height, kernel_width, stride_height, "
      "stride_width, dilation_height, dilation_width, top, left",
      w.height, w.width, w.channels, w.out_height, w.out_width, w.kernel_height, w.kernel_width,
      w.stride_height, w.stride_width, w.dilation_height, w.dilation_width, w.top, w.left);
  return w;
}

const DropoutDraw* Fields::draw() const {
  const RandomStream stream = random_stream({.seed = to_uint64(object_.Get("seed"), "seed"),
                                             .purpose = Purpose::kDropout,
                                             .epoch = to_uint64(object_.Get("step"), "step"),
                                             .window = to_uint64(object_.Get("layer"), "layer")});
  const DropoutDraw draw{stream, static_cast<float>(number("rate")),
                         static_cast<float>(number("scale"))};
  auto* place = scratch<DropoutDraw>(1);
  memory_.write(place, &draw, sizeof draw);
  return place;
}

void Fields::finish() const {
  for (const Copy& copy : copies_) memory_.read(copy.host, copy.device, copy.bytes);
}

}  // namespace thalweg::lab
