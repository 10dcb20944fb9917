#include "napi/data/dataset.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "data/living.h"
#include "data/memory_dataset.h"
#include "data/scan.h"
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

// Names a data set for other threads of the process.
std::string id_of(const Dataset& dataset) {
  char text[40];
  std::snprintf(text, sizeof text, "%016llx-%llu",
                static_cast<unsigned long long>(data::process_number()),
                static_cast<unsigned long long>(dataset.serial()));
  return text;
}

// { id }
std::shared_ptr<const Dataset> make_shared_handle(const Napi::Object& options) {
  const std::string id = options.Get("id").As<Napi::String>();
  const size_t dash = id.find('-');
  const uint64_t serial =
      dash == std::string::npos ? 0 : std::strtoull(id.c_str() + dash + 1, nullptr, 10);
  std::shared_ptr<const Dataset> found = data::find_living(serial);
  if (found != nullptr && id_of(*found) == id) return found;
  throw Error({ErrorCode::kDisposed, "message", "a data set that is gone, or of another process",
               "a data set that lives in this process",
               "keep the data set that was sent until this thread has received it"});
}

class NativeDataset : public Wrapped<NativeDataset> {
 public:
  static constexpr napi_type_tag kTag = {0x7468616c77656731, 0x6461746173657431};

  static Napi::Function define(Napi::Env env, MakeDataset make) {
    return DefineClass(env, "NativeDataset",
                       {InstanceMethod<&NativeDataset::info>("info"),
                        InstanceMethod<&NativeDataset::classes>("classes"),
                        InstanceMethod<&NativeDataset::source_rows>("sourceRows"),
                        InstanceMethod<&NativeDataset::dispose>("dispose")},
                       reinterpret_cast<void*>(make));
  }

  // (options of the class's MakeDataset)
  explicit NativeDataset(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      info.This().As<Napi::Object>().TypeTag(&kTag);
      const auto make = reinterpret_cast<MakeDataset>(info.Data());
      dataset_ = make(info[0].As<Napi::Object>());
      data::remember(dataset_);
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
  // info() → { rows, features, labelKind, labelWidth, weighted, id }
  Napi::Value info(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      static constexpr const char* kLabelKinds[] = {"none", "sparse", "dense"};
      const data::RowFormat& format = live().format();
      Napi::Object result = Napi::Object::New(info.Env());
      result.Set("rows", static_cast<double>(format.rows));
      result.Set("features", static_cast<double>(format.features));
      result.Set("labelKind", kLabelKinds[static_cast<int>(format.label_type)]);
      result.Set("labelWidth", static_cast<double>(format.label_width));
      result.Set("weighted", format.weighted);
      result.Set("id", id_of(*dataset_));
      return result;
    });
  }

  // classes(out: Int32Array), for a data set with class indices
  Napi::Value classes(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      const data::RowFormat& format = live().format();
      const Span out = typed_span(info[0], napi_int32_array, "out");
      check_length("out", out.length, format.is_sparse() ? format.rows : 0);
      auto* classes = static_cast<int32_t*>(out.data);
      const auto look = [&](int64_t first, int64_t count, const void* block) {
        std::memcpy(classes + first, block, count * sizeof(int32_t));
      };
      data::scan(*dataset_, data::Column::kLabels, size_t{1} << 20, nullptr, look);
      return info.Env().Undefined();
    });
  }

  // sourceRows(first, out: Uint32Array)
  Napi::Value source_rows(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      const int64_t first = to_count(info[0], "first");
      const Span out = typed_span(info[1], napi_uint32_array, "out");
      const auto count = static_cast<int64_t>(out.length);
      if (count > live().format().rows - first)
        throw Error({ErrorCode::kRange, "first", std::to_string(first), "rows of the data set"});
      auto* rows = static_cast<uint32_t*>(out.data);
      for (int64_t i = 0; i < count; ++i) rows[i] = static_cast<uint32_t>(first + i);
      dataset_->find_source(rows, count);
      return info.Env().Undefined();
    });
  }

  const Dataset& live() const {
    if (!dataset_) throw disposed("data set", "dataset");
    return *dataset_;
  }

  // The memory lives on while a trainer or another data set still reads it.
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
  exports.Set("SharedDataset", define_dataset(env, &make_shared_handle));
}

}  // namespace thalweg::napi
