#include "train/data/device_batches.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/error.h"
#include "data/scan.h"

namespace thalweg {

namespace {

// The device keeps one data set for training and one for validation.
constexpr size_t kMostCached = 2;

// A data set may take so many eighths of the free memory; CUDA itself needs some. Where a larger
// batch or another data set then lacks room, with_room() makes it.
constexpr size_t kEighths = 7;

// Returns the most bytes that a data set may take: THALWEG_RESIDENT_BYTES, or most of the free
// memory.
size_t most_bytes(QueuedBackend& backend) {
  const char* wanted = std::getenv("THALWEG_RESIDENT_BYTES");
  if (wanted != nullptr) return std::strtoull(wanted, nullptr, 10);
  return backend.free_bytes() / 8 * kEighths;
}

// A write of this many bytes takes some milliseconds.
constexpr size_t kChunk = size_t{32} << 20;

// Writes in chunks, and throws Aborted between them.
void write(Memory& memory, void* to, const void* from, size_t bytes, const CancelFlag* cancel) {
  for (size_t done = 0; done < bytes; done += kChunk) {
    refuse_cancelled(cancel);
    memory.write(static_cast<char*>(to) + done, static_cast<const char*>(from) + done,
                 std::min(kChunk, bytes - done));
  }
}

std::shared_ptr<void> upload(Memory& memory, const data::Dataset& dataset, data::Column column,
                             const CancelFlag* cancel) {
  const size_t width = dataset.format().row_bytes(column);
  std::shared_ptr<void> data = memory.allocate(dataset.format().bytes(column));
  data::scan(dataset, column, kChunk, cancel, [&](int64_t first, int64_t count, const void* rows) {
    write(memory, static_cast<char*>(data.get()) + first * width, rows, count * width, cancel);
  });
  return data;
}

// Returns the rows of an order that draws them position by position.
std::vector<uint32_t> draw_all(const Order& order, const CancelFlag* cancel) {
  constexpr int64_t kChunk = int64_t{1} << 20;
  std::vector<uint32_t> rows(order.length());
  const auto count = static_cast<int64_t>(rows.size());
  for (int64_t first = 0; first < count; first += kChunk) {
    refuse_cancelled(cancel);
    order.indices(first, std::min(kChunk, count - first), rows.data() + first);
  }
  return rows;
}

}  // namespace

DeviceBatches::DeviceBatches(QueuedBackend& backend)
    : backend_(backend),
      order_(backend.memory().allocate(sizeof(RowOrder))),
      identity_(backend.memory().allocate(sizeof(RowOrder))),
      start_(backend.memory().allocate(sizeof(uint64_t))) {
  const RowOrder identity;
  backend.memory().write(identity_.get(), &identity, sizeof identity);
}

void DeviceBatches::keep(const BatchSource& source) { find(source); }

DeviceBatches::CachedDataset& DeviceBatches::find(const BatchSource& source) {
  // A sampled order may have more rows than the data set.
  return find(*source.dataset, rows_of(source, 0), source.cancel);
}

DeviceBatches::CachedDataset& DeviceBatches::find(const data::Dataset& dataset, int64_t rows,
                                                  const CancelFlag* cancel) {
  const auto cached = std::find_if(cached_.begin(), cached_.end(), [&](const CachedDataset& set) {
    return set.serial == dataset.serial();
  });
  if (cached != cached_.end()) {
    std::rotate(cached, cached + 1, cached_.end());
    CachedDataset& found = cached_.back();
    if (found.staged == nullptr || found.staged->rows() >= rows) return found;
    cached_.pop_back();
    ++generation_;
  } else if (cached_.size() == kMostCached) {
    cached_.erase(cached_.begin());
    ++generation_;
  }
  with_room([&] { cached_.push_back(make(dataset, rows, cancel)); });
  return cached_.back();
}

void DeviceBatches::drop() {
  cached_.clear();
  fetched_ = nullptr;
  ++generation_;
}

DeviceBatches::CachedDataset DeviceBatches::make(const data::Dataset& dataset, int64_t rows,
                                                 const CancelFlag* cancel) {
  Memory& memory = backend_.memory();
  CachedDataset made;
  made.serial = dataset.serial();
  const size_t bytes = dataset.format().bytes();
  if (bytes > most_bytes(backend_)) {
    made.staged = std::make_unique<StagedBatches>(backend_, dataset, rows);
    made.data = made.staged->data();
    made.bytes = made.staged->bytes();
    return made;
  }
  made.inputs = upload(memory, dataset, data::Column::kInputs, cancel);
  made.labels = upload(memory, dataset, data::Column::kLabels, cancel);
  if (dataset.format().weighted)
    made.weights = upload(memory, dataset, data::Column::kWeights, cancel);
  made.bytes = bytes;
  made.data = {dataset.format(), made.inputs.get(), made.labels.get(),
               static_cast<const float*>(made.weights.get())};
  return made;
}

void DeviceBatches::write_order(const RowOrder& order) {
  backend_.memory().write(order_.get(), &order, sizeof order);
}

void DeviceBatches::set_order(const BatchSource& source) {
  const Order& order = *source.order;
  if (order.list() != nullptr)
    return set_rows(order.list(), static_cast<int64_t>(order.length()), source.cancel);
  if (order.cipher() != nullptr)
    return write_order({RowOrder::Kind::kCipher, nullptr, *order.cipher()});
  if (order.is_drawn()) {
    const std::vector<uint32_t> rows = draw_all(order, source.cancel);
    return set_rows(rows.data(), static_cast<int64_t>(rows.size()), source.cancel);
  }
  if (!order.is_identity())
    throw Error({ErrorCode::kUnsupported, "shuffle", "an exact order of 2^32 rows or more",
                 "fewer rows on a GPU", "leave `exact` out"});
  write_order({});
}

void DeviceBatches::set_rows(const uint32_t* rows, int64_t count, const CancelFlag* cancel) {
  Memory& memory = backend_.memory();
  if (count > list_length_) {
    list_ = memory.allocate(count * sizeof(uint32_t));
    list_length_ = count;
  }
  write(memory, list_.get(), rows, count * sizeof(uint32_t), cancel);
  write_order({RowOrder::Kind::kList, static_cast<const uint32_t*>(list_.get()), {}});
}

uint64_t DeviceBatches::fetch(const BatchSource& source, int64_t step) {
  const uint64_t first = static_cast<uint64_t>(step * source.batch_size);
  const CachedDataset& set = find(source);
  fetched_ = set.staged.get();
  if (fetched_ == nullptr) return first;
  rows_.resize(rows_of(source, step));
  source.order->indices(first, static_cast<int64_t>(rows_.size()), rows_.data());
  return fetched_->send(*source.dataset, rows_);
}

void DeviceBatches::release() {
  if (fetched_ != nullptr) fetched_->release();
  fetched_ = nullptr;
}

void DeviceBatches::load(const data::Dataset& dataset, const uint64_t* start, int64_t count,
                         NetworkBuffers& buffers) {
  const CachedDataset& set = find(dataset, count);
  const void* order = set.staged == nullptr ? order_.get() : identity_.get();
  const BatchPlace place = buffers.place();
  buffers.set_batch(count, batch_format(dataset.format()));
  backend_.gather({.data = set.data,
                   .order = static_cast<const RowOrder*>(order),
                   .first = start,
                   .count = count,
                   .inputs = place.inputs,
                   .classes = place.classes,
                   .values = place.values,
                   .weights = place.weights});
}

void DeviceBatches::load_now(const data::Dataset& dataset, uint64_t start, int64_t count,
                             NetworkBuffers& buffers) {
  backend_.memory().write(start_.get(), &start, sizeof start);
  load(dataset, static_cast<const uint64_t*>(start_.get()), count, buffers);
  release();
}

void DeviceBatches::load_step(const BatchSource& source, int64_t step, NetworkBuffers& buffers) {
  load_now(*source.dataset, fetch(source, step), rows_of(source, step), buffers);
}

void DeviceBatches::load_rows(const data::Dataset& dataset, const std::vector<uint32_t>& rows,
                              NetworkBuffers& buffers) {
  const auto count = static_cast<int64_t>(rows.size());
  fetched_ = find(dataset, count).staged.get();
  if (fetched_ != nullptr) return load_now(dataset, fetched_->send(dataset, rows), count, buffers);
  set_rows(rows.data(), count);
  load_now(dataset, 0, count, buffers);
}

void DeviceBatches::wait() {
  uint64_t start;
  backend_.memory().read(&start, start_.get(), sizeof start);  // a read waits
}

size_t DeviceBatches::bytes() const {
  size_t bytes = list_length_ * sizeof(uint32_t);
  for (const CachedDataset& set : cached_) bytes += set.bytes;
  return bytes;
}

DeviceFeed::DeviceFeed(const BatchSource& source, NetworkBuffers& buffers, DeviceBatches& batches)
    : source_(source), buffers_(buffers), batches_(batches) {
  batches_.with_room(
      [&] { buffers_.reserve(rows_of(source, 0), source.dataset->format().label_width); });
  batches_.with_room([&] { batches_.set_order(source); });
}

int64_t DeviceFeed::load(int64_t step) {
  const int64_t rows = rows_of(source_, step);
  batches_.load_step(source_, step, buffers_);
  return rows;
}

}  // namespace thalweg
