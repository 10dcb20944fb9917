#include "napi/queued_gather.h"

#include <chrono>
#include <memory>
#include <vector>

#include "backends/cpu/order.h"
#include "backends/queued_backend.h"
#include "napi/convert.h"
#include "napi/dataset.h"

namespace thalweg::napi {

namespace {

class QueuedGatherBench : public Napi::ObjectWrap<QueuedGatherBench> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "QueuedGather",
                       {InstanceMethod<&QueuedGatherBench::replay>("replay"),
                        InstanceMethod<&QueuedGatherBench::dispose>("dispose")});
  }

  // { device, dataset, listed: whether the order is a list made beforehand }
  explicit QueuedGatherBench(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    guarded(info.Env(), [&] {
      const auto object = info[0].As<Napi::Object>();
      Backend& backend = open_backend(object.Get("device").As<Napi::String>().Utf8Value());
      backend_ = backend.queued();
      if (backend_ == nullptr)
        throw Error({"UNSUPPORTED", "device", "a device that does not queue", "a GPU", ""});
      record(*to_dataset(object.Get("dataset"), "dataset"),
             object.Get("listed").ToBoolean().Value());
    });
  }

 private:
  // Copies to the device; they live as long as this object.
  void* upload(const void* from, size_t bytes) {
    memory_.push_back(backend_->memory().allocate(bytes));
    backend_->memory().write(memory_.back().get(), from, bytes);
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
    const RowOrder order = make_order(set.rows, listed);
    const uint64_t first = 0;
    QueuedGather op = {};
    op.data = {.inputs = upload(set.inputs.data(), set.inputs.bytes()),
               .labels = nullptr,
               .feature_type = set.feature_type,
               .label_type = data::LabelType::kNone,
               .scale = set.scale,
               .offset = set.offset,
               .rows = set.rows,
               .features = set.features,
               .label_width = 0};
    op.order = static_cast<const RowOrder*>(upload(&order, sizeof order));
    op.first = static_cast<const uint64_t*>(upload(&first, sizeof first));
    op.count = set.rows;
    memory_.push_back(backend_->memory().allocate(set.rows * set.features * sizeof(float)));
    op.inputs = static_cast<float*>(memory_.back().get());
    backend_->gather(op);  // loads the kernel, which no recording may do
    recording_ = backend_->record([&] { backend_->gather(op); });
    run(2);
  }

  void run(int count) {
    for (int i = 0; i < count; ++i) recording_->replay();
    char last = 0;
    backend_->memory().read(&last, memory_.back().get(), 1);  // waits
  }

  // replay(count) → seconds of one
  Napi::Value replay(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!recording_) throw Error({"DISPOSED", "gather", "a disposed gather", "a live one", ""});
      const int count = info[0].As<Napi::Number>().Int32Value();
      const auto start = std::chrono::steady_clock::now();
      run(count);
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      return Napi::Number::New(info.Env(), seconds.count() / count);
    });
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    recording_.reset();
    memory_.clear();
    return info.Env().Undefined();
  }

  QueuedBackend* backend_ = nullptr;
  std::vector<std::shared_ptr<void>> memory_;
  std::unique_ptr<Recording> recording_;
};

}  // namespace

void register_queued_gather(Napi::Env env, Napi::Object exports) {
  exports.Set("QueuedGather", QueuedGatherBench::define(env));
}

}  // namespace thalweg::napi
