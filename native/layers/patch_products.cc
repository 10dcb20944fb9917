#include "layers/patch_products.h"

#include <string>

#include "core/error.h"

namespace thalweg {

namespace {

// Pictures go in groups whose patches have about so many numbers, so that they stay in a cache. The
// groups are a part of the order of sums, and depend on the shapes alone.
constexpr int64_t kPatchNumbers = 256 * 1024;

void check_patches(const Window& window) {
  const int64_t most = (int64_t{1} << 53) / window.positions();
  if (window.taps() <= most / window.channels) return;
  throw Error({ErrorCode::kOverflow, "layer.kernel",
               std::to_string(window.kernel_height) + " * " + std::to_string(window.kernel_width),
               "patches of at most 2^53 numbers for each picture", "use a smaller kernel"});
}

}  // namespace

PatchProducts::PatchProducts(const Window& window, int64_t filters)
    : window_(window), filters_(filters) {
  check_patches(window);
  group_ = std::max<int64_t>(1, kPatchNumbers / window.positions() / patch_length());
}

void PatchProducts::make_patches(Backend& backend, const float* x, int64_t count,
                                 float* patches) const {
  backend.patches({.x = x,
                   .patches = patches,
                   .rows = count * window_.positions(),
                   .columns = patch_length(),
                   .window = window_});
}

void PatchProducts::forward(Backend& backend, const float* x, int64_t count, float* patches,
                            DenseForward op) const {
  make_patches(backend, x, count, patches);
  op.x = patches;
  op.rows = count * window_.positions();
  op.inputs = patch_length();
  op.outputs = filters_;
  backend.dense_forward(op);
}

void PatchProducts::backward(Backend& backend, const float* x, int64_t count, float* patches,
                             DenseBackward op, float* dx) const {
  if (op.dweight != nullptr) make_patches(backend, x, count, patches);
  op.x = patches;
  op.dx = dx == nullptr ? nullptr : patches;
  op.rows = count * window_.positions();
  op.inputs = patch_length();
  op.outputs = filters_;
  backend.dense_backward(op);
  if (dx == nullptr) return;
  backend.patches_backward({.dpatches = patches,
                            .dx = dx,
                            .rows = count * window_.pixels(),
                            .columns = window_.channels,
                            .window = window_});
}

}  // namespace thalweg
