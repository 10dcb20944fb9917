#include "napi/data/order.h"

#include <algorithm>
#include <memory>
#include <string>

#include "core/threads.h"
#include "napi/border/convert.h"
#include "napi/data/dataset.h"
#include "napi/data/sampling.h"
#include "orders/exact_permutation.h"
#include "orders/lanes.h"
#include "orders/order.h"

namespace thalweg::napi {

namespace {

// The number of rows that are converted at a time. Doubles hold any row below 2^53 exactly.
constexpr int64_t kBlock = 4096;

bool is_wide(const Napi::Value& value) {
  return value.IsTypedArray() &&
         value.As<Napi::TypedArray>().TypedArrayType() == napi_float64_array;
}

// Returns the instruction set that `isa` names, or the process's for "". Tests use all in one
// process.
Isa isa_named(const std::string& isa) {
  for (const Isa candidate : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512})
    if (isa == isa_name(candidate) && candidate <= detect_isa()) return candidate;
  if (isa.empty()) return selected_isa();
  throw Error({ErrorCode::kUnsupported, "isa", isa, "an instruction set of this processor"});
}

OrderOptions read_order(const Napi::Object& object) {
  return {.length = to_uint64(object.Get("length"), "length"),
          .seed = to_uint64(object.Get("seed"), "seed"),
          .epoch = to_uint64(object.Get("epoch"), "epoch"),
          .exact = object.Get("exact").ToBoolean().Value(),
          .purpose = object.Get("view").ToBoolean().Value() ? Purpose::kView : Purpose::kShuffle};
}

// Reads { sampling?, batch, world }. A sampling takes the place of a permutation.
void read_sampling(const Napi::Object& object, OrderOptions& options) {
  options.sampling = to_sampling(object.Get("sampling"), "sampling");
  if (!options.sampling) return;
  if (options.sampling->length != options.length)
    throw Error({ErrorCode::kShape, "sampling", std::to_string(options.sampling->length) + " rows",
                 std::to_string(options.length) + " rows"});
  options.shape = {.batch = to_uint64(object.Get("batch"), "batch"),
                   .world = to_uint64(object.Get("world"), "world")};
}

struct Execution {
  int threads;
  Isa isa;

  OrderMaking making() const { return {threads, *order_lanes_for(isa)}; }
};
Execution read_execution(const Napi::Object& object) {
  check_thread_variable();
  refresh_thread_count();
  const Napi::Value threads = object.Get("threads"), isa = object.Get("isa");
  return {threads.IsNumber() ? threads.As<Napi::Number>().Int32Value() : thread_count(),
          isa_named(isa.IsString() ? isa.As<Napi::String>().Utf8Value() : "")};
}

// Throws RANGE unless positions first, first + stride, … are all within the order.
void check_positions(const Order& order, uint64_t first, uint64_t stride, size_t count) {
  if (count == 0) return;
  const uint64_t length = order.length();
  const bool begins = first < length;
  if (begins && (count == 1 || stride == 0 || (length - 1 - first) / stride >= count - 1)) return;
  throw Error({ErrorCode::kRange, "first",
               std::to_string(count) + " positions from " + std::to_string(first) + ", each " +
                   std::to_string(stride) + " further",
               "positions below " + std::to_string(length)});
}

class NativeOrder : public Wrapped<NativeOrder> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeOrder",
                       {InstanceMethod<&NativeOrder::indices>("indices"),
                        InstanceMethod<&NativeOrder::dispose>("dispose")});
  }

  // new Order({ length, seed, epoch, exact, view?, sampling?, batch?, world?, threads?, isa? })
  explicit NativeOrder(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      const auto object = info[0].As<Napi::Object>();
      const Execution execution = read_execution(object);
      OrderOptions options = read_order(object);
      read_sampling(object, options);
      order_ = std::make_unique<Order>(options, execution.making());
      bytes_ = static_cast<int64_t>(order_->bytes());
      Napi::MemoryManagement::AdjustExternalMemory(info.Env(), bytes_);
    });
  }
  void Finalize(Napi::BasicEnv env) override {
    int64_t ignored;
    if (bytes_ > 0) napi_adjust_external_memory(env, -bytes_, &ignored);
  }

 private:
  Napi::Value dispose(const Napi::CallbackInfo& info) {
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), -bytes_);
    bytes_ = 0;
    order_.reset();
    return info.Env().Undefined();
  }

  // indices(first, stride, out), where out is a Uint32Array or a Float64Array
  Napi::Value indices(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!order_) throw disposed("order");
      const uint64_t first = to_uint64(info[0], "first"), stride = to_uint64(info[1], "stride");
      const bool wide = is_wide(info[2]);
      const Span out = typed_span(info[2], wide ? napi_float64_array : napi_uint32_array, "out");
      check_positions(*order_, first, stride, out.length);
      const auto count = static_cast<int64_t>(out.length);
      if (wide)
        fill_doubles(first, stride, count, static_cast<double*>(out.data));
      else
        order_->indices(first, stride, count, static_cast<uint32_t*>(out.data));
      return info.Env().Undefined();
    });
  }

  void fill_doubles(uint64_t first, uint64_t stride, int64_t count, double* out) const {
    uint64_t block[kBlock];
    for (int64_t done = 0; done < count; done += kBlock) {
      const int64_t part = std::min(kBlock, count - done);
      order_->indices(first + done * stride, stride, part, block);
      // The numbers are signed, because processors have an instruction for those.
      for (int64_t i = 0; i < part; ++i)
        out[done + i] = static_cast<double>(static_cast<int64_t>(block[i]));
    }
  }

  std::unique_ptr<Order> order_;
  int64_t bytes_ = 0;  // reported to V8
};

// exactPermutation({ length, seed, epoch, threads?, isa? }, out: Uint32Array)
Napi::Value exact_permutation_entry(const Napi::CallbackInfo& info) {
  const auto object = info[0].As<Napi::Object>();
  const OrderOptions options = read_order(object);
  const Execution execution = read_execution(object);
  const Span out = typed_span(info[1], napi_uint32_array, "out");
  check_length("out", out.length, options.length);
  exact_permutation(options, execution.making(), static_cast<uint32_t*>(out.data));
  return info.Env().Undefined();
}

// shuffledIndex(length, seed, epoch, position) → number
Napi::Value shuffled_index(const Napi::CallbackInfo& info) {
  const Order order({.length = to_uint64(info[0], "length"),
                     .seed = to_uint64(info[1], "seed"),
                     .epoch = to_uint64(info[2], "epoch")});
  const uint64_t position = to_uint64(info[3], "position");
  check_positions(order, position, 1, 1);
  uint64_t index = 0;
  order.indices(position, 1, &index);
  return Napi::Number::New(info.Env(), static_cast<double>(index));
}

// A span that gather writes or reads. Spans must not overlap, because threads write while others
// still read indices.
struct Range {
  const char* path;
  const char* begin;
  const char* end;
};
Range range(const char* path, const Span& span, int64_t needed) {
  if (static_cast<int64_t>(span.length) < needed)
    throw Error({ErrorCode::kShape, path, std::to_string(span.length) + " elements",
                 "at least " + std::to_string(needed)});
  const auto* begin = static_cast<const char*>(span.data);
  return {path, begin, begin + 4 * span.length};
}
void refuse_overlap(const Range& a, const Range& b) {
  if (a.begin < b.end && b.begin < a.end)
    throw Error({ErrorCode::kAlias, a.path, "memory shared with " + std::string(b.path),
                 "arrays that do not overlap", "copy one of them"});
}

// gather(dataset, indices, inputs, labels or undefined, { threads?, isa? }). TypeScript checks the
// lengths, and this checks the indices.
Napi::Value gather(const Napi::CallbackInfo& info) {
  const std::shared_ptr<const data::Dataset> dataset = to_dataset(info[0], "dataset");
  const Execution execution = read_execution(info[4].As<Napi::Object>());
  const Span indices = typed_span(info[1], napi_uint32_array, "indices");
  const Span inputs = typed_span(info[2], napi_float32_array, "targets.inputs");
  const data::RowFormat& format = dataset->format();
  const bool sparse = format.is_sparse();
  const Span labels =
      info[3].IsUndefined()
          ? Span()
          : typed_span(info[3], sparse ? napi_int32_array : napi_float32_array, "targets.labels");
  const auto count = static_cast<int64_t>(indices.length);
  const Range read = range("indices", indices, 0);
  const Range written =
      range("targets.inputs", inputs, count_product(count, format.features, "indices"));
  refuse_overlap(written, read);
  if (labels.data != nullptr) {
    const Range label_range =
        range("targets.labels", labels, count_product(count, format.label_width, "indices"));
    refuse_overlap(label_range, read);
    refuse_overlap(label_range, written);
  }
  const data::Gather batch = {.indices = static_cast<const uint32_t*>(indices.data),
                              .count = count,
                              .inputs = static_cast<float*>(inputs.data),
                              .classes = sparse ? static_cast<int32_t*>(labels.data) : nullptr,
                              .values = sparse ? nullptr : static_cast<float*>(labels.data)};
  for (int64_t i = 0; i < batch.count; ++i)
    if (batch.indices[i] > format.rows)
      throw Error({ErrorCode::kRange, "indices[" + std::to_string(i) + "]",
                   std::to_string(batch.indices[i]),
                   "at most " + std::to_string(format.rows) + ", the rows of the data set"});
  dataset->gather(batch, {execution.threads, execution.isa});
  return info.Env().Undefined();
}

}  // namespace

void register_order(Napi::Env env, Napi::Object exports) {
  exports.Set("Order", NativeOrder::define(env));
  export_function<exact_permutation_entry>(env, exports, "exactPermutation");
  export_function<shuffled_index>(env, exports, "shuffledIndex");
  export_function<gather>(env, exports, "gather");
}

}  // namespace thalweg::napi
