#include "train/device_batches.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace thalweg {

namespace {

// One to train on and one to validate with.
constexpr size_t kMostResidents = 2;

std::shared_ptr<void> upload(Memory& memory, const HostMemory& from) {
  std::shared_ptr<void> data = memory.allocate(from.bytes());
  memory.write(data.get(), from.data(), from.bytes());
  return data;
}

}  // namespace

DeviceBatches::DeviceBatches(QueuedBackend& backend)
    : backend_(backend),
      order_(backend.memory().allocate(sizeof(RowOrder))),
      start_(backend.memory().allocate(sizeof(uint64_t))) {}

const DeviceBatches::Resident& DeviceBatches::resident(const data::Dataset& dataset) {
  const auto known = std::find_if(residents_.begin(), residents_.end(), [&](const Resident& set) {
    return set.serial == dataset.serial;
  });
  if (known != residents_.end()) {
    std::rotate(known, known + 1, residents_.end());
    return residents_.back();
  }
  if (residents_.size() == kMostResidents) {
    residents_.erase(residents_.begin());
    ++generation_;
  }
  Memory& memory = backend_.memory();
  residents_.push_back({dataset.serial, upload(memory, dataset.inputs),
                        upload(memory, dataset.labels),
                        dataset.inputs.bytes() + dataset.labels.bytes()});
  return residents_.back();
}

void DeviceBatches::write_order(const RowOrder& order) {
  backend_.memory().write(order_.get(), &order, sizeof order);
}

void DeviceBatches::set_order(const Order& order) {
  if (order.list() != nullptr) return set_rows(order.list(), static_cast<int64_t>(order.length()));
  if (order.cipher() != nullptr)
    return write_order({RowOrder::Kind::kCipher, nullptr, *order.cipher()});
  if (order.is_drawn()) {
    std::vector<uint32_t> rows(order.length());
    order.indices(0, static_cast<int64_t>(rows.size()), rows.data());
    return set_rows(rows.data(), static_cast<int64_t>(rows.size()));
  }
  if (!order.is_identity())
    throw Error({"UNSUPPORTED", "shuffle", "an exact order of 2^32 rows or more",
                 "fewer rows on a GPU", "leave `exact` out"});
  write_order({});
}

void DeviceBatches::set_rows(const uint32_t* rows, int64_t count) {
  Memory& memory = backend_.memory();
  if (count > list_length_) {
    list_ = memory.allocate(count * sizeof(uint32_t));
    list_length_ = count;
  }
  memory.write(list_.get(), rows, count * sizeof(uint32_t));
  write_order({RowOrder::Kind::kList, static_cast<const uint32_t*>(list_.get()), {}});
}

void DeviceBatches::load(const data::Dataset& dataset, uint64_t start, int64_t count, Plan& plan) {
  backend_.memory().write(start_.get(), &start, sizeof start);
  load(dataset, static_cast<const uint64_t*>(start_.get()), count, plan);
}

void DeviceBatches::load(const data::Dataset& dataset, const uint64_t* start, int64_t count,
                         Plan& plan) {
  const Resident& set = resident(dataset);
  const BatchPlace place = plan.place();
  plan.set_batch(count, dataset.label_type == data::LabelType::kSparse);
  backend_.gather(
      {.data = {set.inputs.get(), set.labels.get(), dataset.feature_type, dataset.label_type,
                dataset.scale, dataset.offset, dataset.rows, dataset.features, dataset.label_width},
       .order = static_cast<const RowOrder*>(order_.get()),
       .first = start,
       .count = count,
       .inputs = place.inputs,
       .classes = place.classes,
       .values = place.values});
}

size_t DeviceBatches::bytes() const {
  size_t bytes = list_length_ * sizeof(uint32_t);
  for (const Resident& set : residents_) bytes += set.bytes;
  return bytes;
}

DeviceFeed::DeviceFeed(const BatchSource& source, Plan& plan, DeviceBatches& batches)
    : source_(source), plan_(plan), batches_(batches) {
  plan_.reserve(rows_of(source, 0), source.dataset->label_width, 1);
  batches_.set_order(*source.order);
}

int64_t DeviceFeed::load(int64_t step) {
  const int64_t rows = rows_of(source_, step);
  batches_.load(*source_.dataset, static_cast<uint64_t>(step * source_.batch_size), rows, plan_);
  return rows;
}

}  // namespace thalweg
