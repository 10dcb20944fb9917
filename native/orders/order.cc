#include "orders/order.h"

#include <algorithm>
#include <type_traits>

#include "orders/exact_permutation.h"
#include "orders/order_stream.h"
#include "orders/sampled_order.h"

namespace thalweg {

namespace {

constexpr uint64_t kNarrow = uint64_t{1} << 32;

template <class From, class T>
void pick(const From* values, uint64_t first, uint64_t stride, int64_t count, T* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = static_cast<T>(values[first + i * stride]);
}

}  // namespace

void swap_in_chunks(const OrderMaking& making, SwapRange range, uint32_t* values) {
  constexpr int64_t kChunk = int64_t{1} << 18;  // some milliseconds if nothing is in the cache
  for (const int64_t end = range.last; range.first < end; range.first = range.last) {
    refuse_cancelled(making.cancel);
    range.last = std::min(end, range.first + kChunk);
    making.lanes.swap32(range, values);
  }
}

Order::Order(const OrderOptions& options, const OrderMaking& making)
    : options_(options), lanes_(&making.lanes) {
  const uint64_t length = options.length;
  if (options.sampling) {
    write_sampled(making);
    return;
  }
  if (!options.shuffle || length == 0) return;
  if (!options.exact && length > kSmallLength) {
    cipher_ = make_index_cipher(length, order_stream(options.seed, options.epoch, length,
                                                     OrderStream::kCipher, options.purpose));
  } else if (length < kNarrow) {
    values_ = HostMemory(length * sizeof(uint32_t));
    exact_permutation(options, making, static_cast<uint32_t*>(values_.data()));
  } else {
    values_ = HostMemory(length * sizeof(uint64_t));
    exact_permutation(options, making, static_cast<uint64_t*>(values_.data()));
  }
}

void Order::write_sampled(const OrderMaking& making) {
  if (is_drawn()) return;
  values_ = HostMemory(length() * sizeof(uint32_t));
  const SampledOrder order = {options_.sampling.get(), options_.seed, options_.epoch,
                              options_.shape};
  auto* out = static_cast<uint32_t*>(values_.data());
  if (options_.sampling->kind == SamplingKind::kWeighted)
    weighted_order(order, making, out);
  else
    stratified_order(order, making, out);
}

const uint32_t* Order::list() const {
  return options_.length < kNarrow ? static_cast<const uint32_t*>(values_.data()) : nullptr;
}

const IndexCipher* Order::cipher() const {
  return is_identity() || is_drawn() || values_.data() != nullptr ? nullptr : &cipher_;
}

template <class T>
void Order::indices(uint64_t first, uint64_t stride, int64_t count, T* out) const {
  if (is_drawn()) {
    const Sampling& sampling = *options_.sampling;
    const DrawRange range = {
        sampling_stream(options_.seed, options_.epoch, sampling.length, SamplingStream::kDraws),
        sampling.columns(),
        sampling.length,
        first,
        stride,
        count};
    if constexpr (std::is_same_v<T, uint64_t>)
      lanes_->draws64(range, out);
    else
      lanes_->draws32(range, out);
  } else if (is_identity()) {
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<T>(first + i * stride);
  } else if (values_.data() != nullptr) {
    if (options_.length < kNarrow)
      pick(static_cast<const uint32_t*>(values_.data()), first, stride, count, out);
    else
      pick(static_cast<const uint64_t*>(values_.data()), first, stride, count, out);
  } else {
    const CipherRange range = {&cipher_, first, stride, count};
    if constexpr (std::is_same_v<T, uint64_t>)
      lanes_->cipher64(range, out);
    else
      lanes_->cipher32(range, out);
  }
}

void Order::find(uint32_t* positions, int64_t count) const {
  if (is_identity()) return;
  if (const uint32_t* rows = list()) {
    for (int64_t i = 0; i < count; ++i) positions[i] = rows[positions[i]];
    return;
  }
  lanes_->encipher32(cipher_, positions, count);
}

template void Order::indices(uint64_t, uint64_t, int64_t, uint32_t*) const;
template void Order::indices(uint64_t, uint64_t, int64_t, uint64_t*) const;

}  // namespace thalweg
