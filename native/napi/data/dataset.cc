#include "napi/data/dataset.h"

#include <cstring>
#include <utility>

#include "data/memory_dataset.h"
#include "napi/border/convert.h"

namespace thalweg::napi {

namespace {

using data::Dataset;

HostMemory copy(const void* from, size_t bytes) {
  HostMemory memory(bytes);
  if (bytes > 0) std::memcpy(memory.data(), from, bytes);
  return memory;
}

HostMemory read_inputs(const Napi::Object& object, data::RowFormat& format) {
  const Napi::Value inputs = object.Get("inputs");
  const bool bytes =
      inputs.IsTypedArray() && inputs.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  format.feature_type = bytes ? data::FeatureType::kUint8 : data::FeatureType::kFloat32;
  const Span span = typed_span(inputs, bytes ? napi_uint8_array : napi_float32_array, "inputs");
  check_length("inputs", span.length, count_product(format.rows, format.features, "inputs"));
  return copy(span.data, span.length * (bytes ? 1 : 4));
}

HostMemory read_labels(const Napi::Object& object, data::RowFormat& format) {
  const Napi::Value labels = object.Get("labels");
  if (labels.IsUndefined()) return {};
  const bool sparse =
      labels.IsTypedArray() && labels.As<Napi::TypedArray>().TypedArrayType() == napi_int32_array;
  format.label_type = sparse ? data::LabelType::kSparse : data::LabelType::kDense;
  const Span span = typed_span(labels, sparse ? napi_int32_array : napi_float32_array, "labels");
  check_length("labels", span.length, count_product(format.rows, format.label_width, "labels"));
  return copy(span.data, span.length * 4);
}

class NativeDataset : public Wrapped<NativeDataset> {
 public:
  static constexpr napi_type_tag kTag = {0x7468616c77656731, 0x6461746173657431};

  static Napi::Function define(Napi::Env env, MakeDataset make) {
    return DefineClass(env, "NativeDataset", {InstanceMethod<&NativeDataset::dispose>("dispose")},
                       reinterpret_cast<void*>(make));
  }

  // (options of the class's MakeDataset)
  explicit NativeDataset(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      info.This().As<Napi::Object>().TypeTag(&kTag);
      const auto make = reinterpret_cast<MakeDataset>(info.Data());
      dataset_ = make(info[0].As<Napi::Object>());
      bytes_ = static_cast<int64_t>(dataset_->bytes());
      Napi::MemoryManagement::AdjustExternalMemory(info.Env(), bytes_);
    });
  }
  void Finalize(Napi::BasicEnv env) override {
    int64_t ignored;
    if (bytes_ > 0) napi_adjust_external_memory(env, -bytes_, &ignored);
  }

  const std::shared_ptr<const Dataset>& get() const { return dataset_; }

 private:
  // The memory lives on while a trainer still reads it.
  Napi::Value dispose(const Napi::CallbackInfo& info) {
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), -bytes_);
    bytes_ = 0;
    dataset_.reset();
    return info.Env().Undefined();
  }

  std::shared_ptr<const Dataset> dataset_;
  int64_t bytes_ = 0;  // reported to V8
};

}  // namespace

std::shared_ptr<const Dataset> to_dataset(const Napi::Value& value, const std::string& path) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&NativeDataset::kTag))
    throw Error(
        {ErrorCode::kType, path, "no data set", "a data set such as data.fromArrays makes"});
  const auto& dataset = NativeDataset::Unwrap(value.As<Napi::Object>())->get();
  if (!dataset) throw disposed("data set", path);
  return dataset;
}

std::shared_ptr<const Dataset> make_memory_dataset(const Napi::Object& options) {
  const auto number = [&](const char* key) {
    return options.Get(key).As<Napi::Number>().DoubleValue();
  };
  data::RowFormat format;
  format.rows = to_count(options, "rows", 1);
  format.features = to_count(options, "features", 1);
  format.scale = static_cast<float>(number("scale"));
  format.offset = static_cast<float>(number("offset"));
  const bool has_labels = !options.Get("labels").IsUndefined();
  format.label_width = to_count(options, "labelWidth", has_labels ? 1 : 0);
  HostMemory labels = read_labels(options, format);
  HostMemory inputs = read_inputs(options, format);
  return std::make_shared<data::MemoryDataset>(format, std::move(inputs), std::move(labels));
}

Napi::Function define_dataset(Napi::Env env, MakeDataset make) {
  return NativeDataset::define(env, make);
}

void register_dataset(Napi::Env env, Napi::Object exports) {
  exports.Set("Dataset", define_dataset(env, &make_memory_dataset));
}

}  // namespace thalweg::napi
