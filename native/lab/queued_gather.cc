#include "lab/queued_gather.h"

#include <memory>
#include <vector>

#include "lab/replay.h"
#include "napi/border/convert.h"
#include "napi/data/dataset.h"
#include "orders/order.h"

namespace thalweg::lab {

using namespace napi;

namespace {

class QueuedGatherBench : public Wrapped<QueuedGatherBench> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "QueuedGather",
                       {InstanceMethod<&QueuedGatherBench::replay>("replay"),
                        InstanceMethod<&QueuedGatherBench::dispose>("dispose")});
  }

  // The options are { device, dataset, listed: boolean }. If `listed` is true, the order is a list
  // that is made beforehand.
  explicit QueuedGatherBench(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      const auto object = info[0].As<Napi::Object>();
      replay_ = std::make_unique<Replay>(object.Get("device").As<Napi::String>().Utf8Value());
      record(*to_dataset(object.Get("dataset"), "dataset"),
             object.Get("listed").ToBoolean().Value());
    });
  }

 private:
  // Copies to memory of the device, which lives as long as this object.
  void* upload(const void* from, size_t bytes) {
    memory_.push_back(replay_->backend().memory().allocate(bytes));
    replay_->backend().memory().write(memory_.back().get(), from, bytes);
    return memory_.back().get();
  }

  RowOrder make_order(int64_t rows, bool listed) {
    const Order order({.length = static_cast<uint64_t>(rows), .seed = 1});
    if (!listed && order.cipher() != nullptr)
      return {RowOrder::Kind::kCipher, nullptr, *order.cipher()};
    std::vector<uint32_t> list(rows);
    order.indices(0, rows, list.data());
    const void* at = upload(list.data(), list.size() * sizeof(uint32_t));
    return {RowOrder::Kind::kList, static_cast<const uint32_t*>(at), {}};
  }

  void record(const data::Dataset& set, bool listed) {
    data::RowFormat format = set.format();
    format.label_type = data::LabelType::kNone;
    format.label_width = 0;
    const RowOrder order = make_order(format.rows, listed);
    const uint64_t first = 0;
    std::vector<char> buffer;
    const void* inputs = set.view(data::Column::kInputs, 0, format.rows, buffer);
    QueuedGather op = {};
    op.data = {format, upload(inputs, format.bytes()), nullptr};
    op.order = static_cast<const RowOrder*>(upload(&order, sizeof order));
    op.first = static_cast<const uint64_t*>(upload(&first, sizeof first));
    op.count = format.rows;
    memory_.push_back(
        replay_->backend().memory().allocate(format.rows * format.features * sizeof(float)));
    op.inputs = static_cast<float*>(memory_.back().get());
    replay_->record([&] { replay_->backend().gather(op); }, op.inputs);
  }

  Napi::Value replay(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] { return replay_->time(info); });
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    replay_->dispose();
    memory_.clear();
    return info.Env().Undefined();
  }

  std::vector<std::shared_ptr<void>> memory_;
  std::unique_ptr<Replay> replay_;  // destroyed first
};

}  // namespace

void register_queued_gather(Napi::Env env, Napi::Object exports) {
  exports.Set("QueuedGather", QueuedGatherBench::define(env));
}

}  // namespace thalweg::lab
