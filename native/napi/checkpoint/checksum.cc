#include "napi/checkpoint/checksum.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/chunk_hash.h"
#include "data/dataset.h"
#include "napi/border/convert.h"
#include "napi/data/dataset.h"

namespace thalweg::napi {

namespace {

std::string hexadecimal(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

// Hashes bytes chunk by chunk.
class NativeChecksum : public Wrapped<NativeChecksum> {
 public:
  static Napi::Function define(Napi::Env env) {
    using Self = NativeChecksum;
    return DefineClass(
        env, "NativeChecksum",
        {InstanceMethod<&Self::update>("update"), InstanceMethod<&Self::digest>("digest")});
  }
  explicit NativeChecksum(const Napi::CallbackInfo& info) : Wrapped(info) {}

 private:
  // update(bytes: Uint8Array)
  Napi::Value update(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      const Span span = typed_span(info[0], napi_uint8_array, "bytes");
      hash_.update(span.data, span.length);
      return info.Env().Undefined();
    });
  }
  // digest() → 16 hexadecimal digits
  Napi::Value digest(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      return Napi::String::New(info.Env(), hexadecimal(hash_.digest()));
    });
  }

  Xxh64 hash_;
};

// Hashes a data set's shape and every value (XXH64). The event loop can run between its calls.
class NativeFingerprint : public Wrapped<NativeFingerprint> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeFingerprint",
                       {InstanceMethod<&NativeFingerprint::next>("next")});
  }

  // new Fingerprint(dataset)
  explicit NativeFingerprint(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      dataset_ = to_dataset(info[0], "dataset");
      const data::RowFormat& format = dataset_->format();
      hash_.update_value(format.rows);
      hash_.update_value(format.features);
      hash_.update_value(static_cast<int32_t>(format.feature_type));
      hash_.update_value(format.scale);
      hash_.update_value(format.offset);
      hash_.update_value(static_cast<int32_t>(format.label_type));
      hash_.update_value(format.label_width);
      waiting_.push_back(data::Column::kInputs);
      if (format.label_type != data::LabelType::kNone) waiting_.push_back(data::Column::kLabels);
      if (format.weighted) waiting_.push_back(data::Column::kWeights);
    });
  }

 private:
  // next() → undefined, or 16 hexadecimal digits once everything is hashed
  Napi::Value next(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!waiting_.empty()) take_in();
      if (!waiting_.empty()) return info.Env().Undefined();
      return Napi::String::New(info.Env(), hexadecimal(hash_.digest()));
    });
  }

  void take_in() {
    constexpr size_t kBytesAtOnce = size_t{32} << 20;
    const data::Column column = waiting_.front();
    const data::RowFormat& format = dataset_->format();
    const size_t width = format.row_bytes(column), total = format.bytes(column);
    if (done_ < total) {
      const size_t skipped = done_ % width;  // bytes of a row longer than that
      const auto row = static_cast<int64_t>(done_ / width);
      const auto most = static_cast<int64_t>(std::max<size_t>(1, kBytesAtOnce / width));
      const int64_t count = std::min(most, format.rows - row);
      const auto* block = static_cast<const char*>(dataset_->view(column, row, count, buffer_));
      const size_t bytes = std::min(count * width - skipped, kBytesAtOnce);
      chunks_.update(block + skipped, bytes);
      done_ += bytes;
    }
    if (done_ < total) return;
    chunks_.add_to(hash_);
    chunks_ = {};
    done_ = 0;
    waiting_.erase(waiting_.begin());
  }

  std::shared_ptr<const data::Dataset> dataset_;
  Xxh64 hash_;
  std::vector<data::Column> waiting_;  // the first of them under way
  size_t done_ = 0;                    // bytes of that column
  ChunkHash chunks_;                   // those bytes
  std::vector<char> buffer_;
};

}  // namespace

void register_checksum(Napi::Env env, Napi::Object exports) {
  exports.Set("Checksum", NativeChecksum::define(env));
  exports.Set("Fingerprint", NativeFingerprint::define(env));
}

}  // namespace thalweg::napi
