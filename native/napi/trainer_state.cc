// What a trainer holds: weights, statistics, and the state of its run.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "napi/native_trainer.h"
#include "napi/snapshot.h"

namespace thalweg::napi {

namespace {

// The arrays' elements, each array's length checked; expected(i) is its name and length.
template <class Expected>
std::vector<const float*> read_arrays(const Napi::Array& arrays, size_t count, Expected expected) {
  std::vector<const float*> sources;
  for (size_t i = 0; i < count; ++i) {
    const auto [name, expected_length] = expected(i);
    size_t length = 0;
    sources.push_back(float32_span(arrays.Get(static_cast<uint32_t>(i)), name, &length));
    if (static_cast<int64_t>(length) != expected_length)
      throw Error({"SHAPE", name, std::to_string(length) + " elements",
                   std::to_string(expected_length) + " elements", ""});
  }
  return sources;
}

}  // namespace

// state() → [{ name, length }]: the tensors of a snapshot, in its order
Napi::Value NativeTrainer::state(const Napi::CallbackInfo& info) {
  Napi::Array list = Napi::Array::New(info.Env());
  for (const StateTensor& tensor : engine_->state()) {
    Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("name", tensor.name);
    entry.Set("length", static_cast<double>(tensor.length));
    list.Set(list.Length(), entry);
  }
  return list;
}

// read(offset, target: Uint8Array), counters(): as a snapshot's, between runs
Napi::Value NativeTrainer::read(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  const uint64_t offset = to_uint64(info[0], "offset");
  const Span span = typed_span(info[1], napi_uint8_array, "bytes");
  engine_->read_state(offset, static_cast<char*>(span.data), span.length);
  return info.Env().Undefined();
}

Napi::Value NativeTrainer::counters(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  return counters_object(info.Env(), engine_->counters(), engine_->has_averaged_statistics());
}

Napi::Value NativeTrainer::check_rest(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  engine_->check_rest();
  return info.Env().Undefined();
}

// save(snapshot), load(snapshot) → Promise<undefined>; a saved one is full until its release
Napi::Value NativeTrainer::save(const Napi::CallbackInfo& info) {
  return job_->start(info, [this, snapshot = to_snapshot(info[0])]() -> PromisedJob::MakeValue {
    engine_->save(*snapshot);
    snapshot->fill();
    return [](Napi::Env env) { return env.Undefined(); };
  });
}

Napi::Value NativeTrainer::load(const Napi::CallbackInfo& info) {
  return job_->start(info, [this, snapshot = to_snapshot(info[0])]() -> PromisedJob::MakeValue {
    engine_->load(*snapshot);
    return [](Napi::Env env) { return env.Undefined(); };
  });
}

// parameter(index, averaged) → Float32Array, a copy
Napi::Value NativeTrainer::parameter(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  const auto& tensors = engine_->stepper().options().tensors;
  const size_t i = to_index(info[0], "parameter", tensors.size());
  auto array = new_array<float>(info.Env(), tensors[i].length);
  if (to_weights(info[1]) == Weights::kAveraged)
    engine_->read_average(i, array.Data());
  else
    engine_->read_parameter(i, array.Data());
  return array;
}

// setParameters(arrays: Float32Array[]): all are checked before any changes.
Napi::Value NativeTrainer::set_parameters(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  const auto& tensors = engine_->stepper().options().tensors;
  const auto sources = read_arrays(info[0].As<Napi::Array>(), tensors.size(), [&](size_t i) {
    return std::pair{tensors[i].name, tensors[i].length};
  });
  for (size_t i = 0; i < sources.size(); ++i) engine_->write_parameter(i, sources[i]);
  return info.Env().Undefined();
}

// statistic(index, averaged) → Float32Array, a copy
Napi::Value NativeTrainer::statistic(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  const auto& statistics = engine_->statistics();
  const size_t i = to_index(info[0], "statistic", statistics.size());
  auto array = new_array<float>(info.Env(), statistics[i].length);
  engine_->read_statistic(i, array.Data(), to_weights(info[1]));
  return array;
}

// setStatistics(arrays: Float32Array[]): all are checked before any changes.
Napi::Value NativeTrainer::set_statistics(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  const auto& statistics = engine_->statistics();
  const auto sources = read_arrays(info[0].As<Napi::Array>(), statistics.size(), [&](size_t i) {
    return std::pair{statistics[i].name, statistics[i].length};
  });
  for (size_t i = 0; i < sources.size(); ++i) engine_->write_statistic(i, sources[i]);
  return info.Env().Undefined();
}

}  // namespace thalweg::napi
