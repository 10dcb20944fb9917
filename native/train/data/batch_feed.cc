#include "train/data/batch_feed.h"

#include <exception>

#include "core/threads.h"

namespace thalweg {

namespace {

// From so many numbers per batch on, the help of another thread pays (docs/decisions/0006).
constexpr int64_t kLargeBatch = int64_t{1} << 20;

bool pays_ahead(const BatchSource& source) {
  return source.steps > 1 && thread_count() < processor_count() &&
         rows_of(source, 0) * source.dataset->format().features >= kLargeBatch;
}

}  // namespace

HostFeed::HostFeed(const BatchSource& source, NetworkBuffers& buffers)
    : source_(source), buffers_(buffers), ahead_(pays_ahead(source)) {
  const int64_t rows = rows_of(source, 0);
  buffers_.reserve(rows, source.dataset->format().label_width, ahead_ ? 2 : 1);
  indices_.resize(rows);
}

void HostFeed::gather(int64_t step, const BatchPlace& place, int threads) {
  const int64_t rows = rows_of(source_, step);
  source_.order->indices(step * source_.batch_size, rows, indices_.data());
  source_.dataset->gather(
      {indices_.data(), rows, place.inputs, place.classes, place.values, place.weights}, {threads});
}

int64_t HostFeed::load(int64_t step) {
  prefetch_.wait();
  if (step == next_)
    buffers_.next_place();
  else
    gather(step, buffers_.place(), thread_count());
  buffers_.set_batch(rows_of(source_, step), batch_format(source_.dataset->format()));
  next_ = step + 1;
  if (!ahead_ || next_ == source_.steps || !begin(next_)) next_ = -1;
  return rows_of(source_, step);
}

// Starts to gather the step's batch. Returns false where there is no thread or no memory for it.
bool HostFeed::begin(int64_t step) {
  try {
    prefetch_.start([this, step, place = buffers_.place(1)] { gather(step, place, 1); });
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace thalweg
