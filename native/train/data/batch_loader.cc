#include "train/data/batch_loader.h"

#include <string>

#include "core/threads.h"
#include "train/data/check_indices.h"
#include "train/data/check_labels.h"

namespace thalweg {

namespace {

// Throws SHAPE where the rows do not fit the network's memory. TypeScript has told the user more.
void check_format(const data::RowFormat& format, const Network& network, const char* name) {
  if (format.features != network.inputs())
    throw Error({ErrorCode::kShape, name, "rows of " + std::to_string(format.features) + " numbers",
                 "rows of " + std::to_string(network.inputs()) + " numbers"});
  if (format.is_sparse()) return;  // every loss can read classes
  if (format.label_type != data::LabelType::kDense || format.label_width != network.outputs())
    throw Error({ErrorCode::kShape, name, "other labels",
                 std::to_string(network.outputs()) + " label values a row"});
}

}  // namespace

BatchLoader::BatchLoader(const Network& network, NetworkBuffers& buffers, Backend& backend)
    : network_(network), buffers_(buffers), backend_(backend) {
  if (QueuedBackend* queue = backend.queued())
    device_batches_ = std::make_unique<DeviceBatches>(*queue);
}

void BatchLoader::check(const data::Dataset& dataset, const char* name, const CancelFlag* cancel) {
  if (checked_.count(dataset.serial()) > 0) return;
  check_format(dataset.format(), network_, name);
  const int64_t limit = network_.layers.front()->index_limit();
  if (limit > 0) check_indices(dataset, limit, name, cancel);
  check_labels(dataset, network_.loss, network_.outputs(), name, cancel);
  checked_.insert(dataset.serial());
}

void BatchLoader::check_inputs(const float* inputs, int64_t rows, const CancelFlag* cancel) const {
  const int64_t limit = network_.layers.front()->index_limit();
  if (limit > 0)
    check_indices(rows, network_.inputs(), limit, "", cancel, [=](int64_t i) { return inputs[i]; });
}

std::unique_ptr<BatchFeed> BatchLoader::feed(const BatchSource& source) {
  check(*source.dataset, kDatasetName, source.cancel);
  if (device_batches_) return std::make_unique<DeviceFeed>(source, buffers_, *device_batches_);
  return std::make_unique<HostFeed>(source, buffers_);
}

void BatchLoader::reserve(int64_t rows, int64_t label_width) {
  if (!device_batches_) return buffers_.reserve(rows, label_width);
  device_batches_->with_room([&] { buffers_.reserve(rows, label_width); });
}

void BatchLoader::load_rows(const data::Dataset& dataset, const std::vector<uint32_t>& rows) {
  check(dataset, kDatasetName, nullptr);
  const auto count = static_cast<int64_t>(rows.size());
  reserve(count, dataset.format().label_width);
  if (device_batches_) return device_batches_->load_rows(dataset, rows, buffers_);
  const BatchPlace place = buffers_.place();
  dataset.gather({rows.data(), count, place.inputs, place.classes, place.values, place.weights},
                 {thread_count()});
  buffers_.set_batch(count, batch_format(dataset.format()));
}

void BatchLoader::load_inputs(const float* inputs, int64_t rows) {
  reserve(rows, 0);
  buffers_.set_batch(rows, {});
  const int64_t features = network_.inputs();
  backend_.memory().write(buffers_.place().inputs, inputs, rows * features * sizeof(float));
}

void BatchLoader::wait() {
  if (device_batches_) device_batches_->wait();
}

}  // namespace thalweg
