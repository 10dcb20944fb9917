#include "napi/checkpoint/snapshot.h"

#include <cstring>
#include <utility>

#include "napi/border/convert.h"

namespace thalweg::napi {

namespace {

// Frees a snapshot on a thread of libuv's pool: the event loop would wait tens of milliseconds
// until the system has taken back gigabytes.
class FreeingWork : public Napi::AsyncWorker {
 public:
  FreeingWork(Napi::Env env, std::shared_ptr<Snapshot> snapshot)
      : AsyncWorker(env), snapshot_(std::move(snapshot)) {}
  void Execute() override { snapshot_.reset(); }

 private:
  std::shared_ptr<Snapshot> snapshot_;
};

// Frees it at once where there is no memory for the work, or an environment that ends takes none.
void free_later(Napi::Env env, std::shared_ptr<Snapshot> snapshot) {
  std::unique_ptr<FreeingWork> work;
  try {
    work = std::make_unique<FreeingWork>(env, std::move(snapshot));
    work->Queue();
    static_cast<void>(work.release());  // it deletes itself
  } catch (...) {                       // `snapshot` or `work` has freed it
  }
}

// Whoever makes a snapshot disposes of it, so V8 does not hear of its bytes. To report gigabytes
// starts a garbage collection of tens of milliseconds on the event loop.
class NativeSnapshot : public Wrapped<NativeSnapshot> {
 public:
  static constexpr napi_type_tag kTag = {0x7468616c77656731, 0x736e617073686f74};

  static Napi::Function define(Napi::Env env) {
    using Self = NativeSnapshot;
    return DefineClass(env, "NativeSnapshot",
                       {
                           InstanceMethod<&Self::call<&Self::read>>("read"),
                           InstanceMethod<&Self::call<&Self::write>>("write"),
                           InstanceMethod<&Self::call<&Self::counters>>("counters"),
                           InstanceMethod<&Self::call<&Self::set_counters>>("setCounters"),
                           InstanceMethod<&Self::call<&Self::ask>>("ask"),
                           InstanceMethod<&Self::call<&Self::release>>("release"),
                           InstanceMethod<&Self::dispose>("dispose"),
                       });
  }

  // new Snapshot(bytes)
  explicit NativeSnapshot(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      info.This().As<Napi::Object>().TypeTag(&kTag);
      snapshot_ = std::make_shared<Snapshot>(to_uint64(info[0], "bytes"));
    });
  }

  std::shared_ptr<Snapshot> get() const {
    if (!snapshot_) throw disposed("snapshot");
    return snapshot_;
  }

 private:
  template <Napi::Value (NativeSnapshot::*kMethod)(const Napi::CallbackInfo&)>
  Napi::Value call(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      get();
      return (this->*kMethod)(info);
    });
  }

  // Returns bytes [offset, offset + array's length) of the snapshot, and those of the array.
  std::pair<char*, Span> range(const Napi::CallbackInfo& info) const {
    const uint64_t offset = to_uint64(info[0], "offset");
    const Span span = typed_span(info[1], napi_uint8_array, "bytes");
    if (offset > snapshot_->bytes() || span.length > snapshot_->bytes() - offset)
      throw Error({ErrorCode::kRange, "offset",
                   std::to_string(offset) + " + " + std::to_string(span.length),
                   "at most " + std::to_string(snapshot_->bytes())});
    return {snapshot_->data() + offset, span};
  }

  // read(offset, target: Uint8Array), write(offset, source: Uint8Array)
  Napi::Value read(const Napi::CallbackInfo& info) {
    const auto [place, span] = range(info);
    if (span.length > 0) std::memcpy(span.data, place, span.length);
    return info.Env().Undefined();
  }
  Napi::Value write(const Napi::CallbackInfo& info) {
    const auto [place, span] = range(info);
    if (span.length > 0) std::memcpy(place, span.data, span.length);
    return info.Env().Undefined();
  }

  // counters() → { step, skipped, scalars: Float64Array, hasAveragedStatistics }
  Napi::Value counters(const Napi::CallbackInfo& info) {
    return counters_object(info.Env(), snapshot_->counters, snapshot_->has_averaged_statistics);
  }
  Napi::Value set_counters(const Napi::CallbackInfo& info) {
    const auto object = info[0].As<Napi::Object>();
    StepCounters counters;
    counters.steps = to_count(object, "step");
    counters.skipped = to_count(object, "skipped");
    const Span span = typed_span(object.Get("scalars"), napi_float64_array, "scalars");
    const auto* first = static_cast<const double*>(span.data);
    counters.scalars.assign(first, first + span.length);
    snapshot_->has_averaged_statistics =
        object.Get("hasAveragedStatistics").As<Napi::Boolean>().Value();
    snapshot_->counters = std::move(counters);
    return info.Env().Undefined();
  }

  Napi::Value ask(const Napi::CallbackInfo& info) {
    snapshot_->ask();
    return info.Env().Undefined();
  }
  Napi::Value release(const Napi::CallbackInfo& info) {
    snapshot_->release();
    return info.Env().Undefined();
  }
  // The memory lives on while a job uses it.
  Napi::Value dispose(const Napi::CallbackInfo& info) {
    if (snapshot_) free_later(info.Env(), std::move(snapshot_));
    return info.Env().Undefined();
  }

  std::shared_ptr<Snapshot> snapshot_;
};

}  // namespace

Napi::Object counters_object(Napi::Env env, const StepCounters& counters,
                             bool has_averaged_statistics) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("step", static_cast<double>(counters.steps));
  result.Set("skipped", static_cast<double>(counters.skipped));
  result.Set("scalars", to_array(env, counters.scalars));
  result.Set("hasAveragedStatistics", has_averaged_statistics);
  return result;
}

std::shared_ptr<Snapshot> to_snapshot(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&NativeSnapshot::kTag))
    throw Error({ErrorCode::kType, "snapshot", "another value", "a snapshot"});
  return NativeSnapshot::Unwrap(value.As<Napi::Object>())->get();
}

void register_snapshot(Napi::Env env, Napi::Object exports) {
  exports.Set("Snapshot", NativeSnapshot::define(env));
}

}  // namespace thalweg::napi
