#include "napi/data/sampling.h"

#include <cstdio>
#include <utility>
#include <vector>

#include "napi/border/convert.h"
#include "napi/data/dataset.h"

namespace thalweg::napi {

namespace {

Sampling read_weighted(const Napi::Object& object) {
  const bool replacement = object.Get("replacement").ToBoolean().Value();
  const uint64_t draws = to_uint64(object.Get("draws"), "draws");
  const Span span = typed_span(object.Get("weights"), napi_float64_array, "weights");
  return make_weighted(static_cast<const double*>(span.data), span.length, draws, replacement);
}

Sampling read_stratified(const Napi::Value& labels) {
  if (labels.IsTypedArray()) {
    const Span span = typed_span(labels, napi_int32_array, "labels");
    return make_stratified(static_cast<const int32_t*>(span.data), span.length);
  }
  const auto dataset = to_dataset(labels, "labels");
  if (!dataset->format().is_sparse())
    throw Error({ErrorCode::kShape, "labels", "a data set without class indices",
                 "one class a row (Int32Array or Uint8Array)", "pass the classes as an array"});
  const int64_t rows = dataset->format().rows;
  std::vector<char> buffer;
  const void* classes = dataset->view(data::Column::kLabels, 0, rows, buffer);
  return make_stratified(static_cast<const int32_t*>(classes), rows);
}

class NativeSampling : public Wrapped<NativeSampling> {
 public:
  static constexpr napi_type_tag kTag = {0x7468616c77656731, 0x73616d706c696e67};

  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeSampling",
                       {InstanceMethod<&NativeSampling::info>("info"),
                        InstanceMethod<&NativeSampling::dispose>("dispose")});
  }

  // new Sampling({ weights: Float64Array, draws, replacement }), or new Sampling({ labels }) with
  // an Int32Array or a data set
  explicit NativeSampling(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      info.This().As<Napi::Object>().TypeTag(&kTag);
      const auto object = info[0].As<Napi::Object>();
      const Napi::Value labels = object.Get("labels");
      sampling_ = std::make_shared<Sampling>(labels.IsUndefined() ? read_weighted(object)
                                                                  : read_stratified(labels));
      bytes_ = static_cast<int64_t>(sampling_->bytes());
      Napi::MemoryManagement::AdjustExternalMemory(info.Env(), bytes_);
    });
  }
  void Finalize(Napi::BasicEnv env) override {
    int64_t ignored;
    if (bytes_ > 0) napi_adjust_external_memory(env, -bytes_, &ignored);
  }

  const std::shared_ptr<const Sampling>& get() const { return sampling_; }

 private:
  // info() → { length, draws, fingerprint }
  Napi::Value info(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      const Sampling& sampling = live();
      char text[17];
      std::snprintf(text, sizeof text, "%016llx",
                    static_cast<unsigned long long>(sampling.fingerprint));
      Napi::Object result = Napi::Object::New(info.Env());
      result.Set("length", static_cast<double>(sampling.length));
      result.Set("draws", static_cast<double>(sampling.draws));
      result.Set("fingerprint", text);
      return result;
    });
  }

  // The memory lives on while an order still reads it.
  Napi::Value dispose(const Napi::CallbackInfo& info) {
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), -bytes_);
    bytes_ = 0;
    sampling_.reset();
    return info.Env().Undefined();
  }

  const Sampling& live() const {
    if (!sampling_) throw disposed("sampling");
    return *sampling_;
  }

  std::shared_ptr<const Sampling> sampling_;
  int64_t bytes_ = 0;  // reported to V8
};

}  // namespace

std::shared_ptr<const Sampling> to_sampling(const Napi::Value& value, const std::string& path) {
  if (value.IsUndefined()) return nullptr;
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&NativeSampling::kTag))
    throw Error({ErrorCode::kType, path, "no sampling", "a sampling such as data.weighted makes"});
  const auto& sampling = NativeSampling::Unwrap(value.As<Napi::Object>())->get();
  if (!sampling) throw disposed("sampling", path);
  return sampling;
}

void register_sampling(Napi::Env env, Napi::Object exports) {
  exports.Set("Sampling", NativeSampling::define(env));
}

}  // namespace thalweg::napi
