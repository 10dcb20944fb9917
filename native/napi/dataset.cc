#include "napi/dataset.h"

#include <atomic>
#include <cstring>
#include <utility>

#include "napi/convert.h"

namespace thalweg::napi {

namespace {

using data::Dataset;

HostMemory copy(const void* from, size_t bytes) {
  HostMemory memory(bytes);
  if (bytes > 0) std::memcpy(memory.data(), from, bytes);
  return memory;
}

// TypeScript has checked the sizes. They are checked again here, because memory is read by them.
void check_size(const Span& span, int64_t expected, const char* path) {
  if (static_cast<int64_t>(span.length) != expected)
    throw Error({"SHAPE", path, std::to_string(span.length) + " elements",
                 std::to_string(expected) + " elements", ""});
}

uint64_t next_serial() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

void read_inputs(const Napi::Object& object, Dataset& dataset) {
  const Napi::Value inputs = object.Get("inputs");
  const bool bytes =
      inputs.IsTypedArray() && inputs.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  dataset.feature_type = bytes ? data::FeatureType::kUint8 : data::FeatureType::kFloat32;
  const Span span = typed_span(inputs, bytes ? napi_uint8_array : napi_float32_array, "inputs");
  check_size(span, count_product(dataset.rows, dataset.features, "inputs"), "inputs");
  dataset.inputs = copy(span.data, span.length * (bytes ? 1 : 4));
}

void read_labels(const Napi::Object& object, Dataset& dataset) {
  const Napi::Value labels = object.Get("labels");
  if (labels.IsUndefined()) return;
  const bool sparse =
      labels.IsTypedArray() && labels.As<Napi::TypedArray>().TypedArrayType() == napi_int32_array;
  dataset.label_type = sparse ? data::LabelType::kSparse : data::LabelType::kDense;
  const Span span = typed_span(labels, sparse ? napi_int32_array : napi_float32_array, "labels");
  check_size(span, count_product(dataset.rows, dataset.label_width, "labels"), "labels");
  dataset.labels = copy(span.data, span.length * 4);
}

class NativeDataset : public Wrapped<NativeDataset> {
 public:
  static constexpr napi_type_tag kTag = {0x7468616c77656731, 0x6461746173657431};

  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeDataset", {InstanceMethod<&NativeDataset::dispose>("dispose")});
  }

  // new Dataset({ inputs, rows, features, scale, offset, labels?, labelWidth }), sizes checked by
  // TypeScript
  explicit NativeDataset(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      info.This().As<Napi::Object>().TypeTag(&kTag);
      const auto object = info[0].As<Napi::Object>();
      auto dataset = std::make_shared<Dataset>();
      dataset->serial = next_serial();
      const auto number = [&](const char* key) {
        return object.Get(key).As<Napi::Number>().DoubleValue();
      };
      dataset->rows = to_count(object, "rows");
      dataset->features = to_count(object, "features");
      dataset->scale = static_cast<float>(number("scale"));
      dataset->offset = static_cast<float>(number("offset"));
      dataset->label_width = to_count(object, "labelWidth");
      read_labels(object, *dataset);
      read_inputs(object, *dataset);
      bytes_ = static_cast<int64_t>(dataset->inputs.bytes() + dataset->labels.bytes());
      dataset_ = std::move(dataset);
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
    throw Error({"TYPE", path, "no data set", "a data set such as data.fromArrays makes", ""});
  const auto& dataset = NativeDataset::Unwrap(value.As<Napi::Object>())->get();
  if (!dataset) throw Error({"DISPOSED", path, "a disposed data set", "a live data set", ""});
  return dataset;
}

void register_dataset(Napi::Env env, Napi::Object exports) {
  exports.Set("Dataset", NativeDataset::define(env));
}

}  // namespace thalweg::napi
