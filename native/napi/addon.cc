// The addon's entry. Each part of the addon registers its functions in one line.
#include <napi.h>

#include <string>

#include "backends/backend.h"
#include "backends/cuda/cuda_loader.h"
#include "core/isa.h"
#include "core/process_end.h"
#include "core/thread_count.h"
#include "napi/border/convert.h"
#include "napi/border/initialize.h"
#include "napi/border/names.h"
#include "napi/checkpoint/checksum.h"
#include "napi/checkpoint/file_lock.h"
#include "napi/checkpoint/snapshot.h"
#include "napi/data/csv.h"
#include "napi/data/dataset.h"
#include "napi/data/dataset_views.h"
#include "napi/data/order.h"
#include "napi/data/random.h"
#include "napi/data/sampling.h"
#include "napi/predictor/predictor.h"
#include "napi/trainer/stepper.h"
#include "napi/trainer/trainer.h"

namespace thalweg::napi {

static Napi::Value isa(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), std::string(isa_name(selected_isa())));
}

// threads() → { count, reason }
static Napi::Value get_threads(const Napi::CallbackInfo& info) {
  check_thread_variable();
  const ThreadCount threads = explain_thread_count();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("count", threads.count);
  result.Set("reason", threads.reason);
  return result;
}

// endJobs() ends the jobs of all environments, at the end of the process.
static Napi::Value end_all_jobs(const Napi::CallbackInfo& info) {
  end_jobs();
  return info.Env().Undefined();
}

// implementations(device) → [{ operation, implementation }]
static Napi::Value implementations(const Napi::CallbackInfo& info) {
  const std::string device = info[0].As<Napi::String>();
  const Backend& backend = open_backend(device);
  Napi::Array list = Napi::Array::New(info.Env());
  const auto add = [&](const char* operation) {
    Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("operation", operation);
    entry.Set("implementation", backend.implementation(operation));
    list.Set(list.Length(), entry);
  };
  add("step");
  add("square_sums");
#define THALWEG_OP(name, Parameters) add(#name);
#include "ops/ops.def"
  return list;
}

// cudaStatus() → { devices: [{ name, description, uuid, bytes, refusal }], missing, remedy }
static Napi::Value get_cuda_status(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const CudaStatus& status = cuda_status();
  Napi::Array devices = Napi::Array::New(env);
  for (const CudaDevice& device : status.devices) {
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", "cuda:" + std::to_string(device.ordinal));
    entry.Set("description", device.name);
    entry.Set("uuid", device.uuid);
    entry.Set("bytes", static_cast<double>(device.bytes));
    entry.Set("refusal", device.refusal);
    devices.Set(devices.Length(), entry);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("devices", devices);
  result.Set("missing", status.missing);
  result.Set("remedy", status.remedy);
  return result;
}

// findCuda(name) → such as "cuda:0", for the names "cuda", "cuda:1" or "cuda:GPU-…"
static Napi::Value find_cuda(const Napi::CallbackInfo& info) {
  const std::string name = info[0].As<Napi::String>();
  const CudaDevice& device = find_cuda_device(name);
  return Napi::String::New(info.Env(), "cuda:" + std::to_string(device.ordinal));
}

static Napi::Object register_addon(Napi::Env env, Napi::Object exports) {
  register_initialize(env, exports);
  export_function<isa>(env, exports, "isa");
  export_function<get_threads>(env, exports, "threads");
  export_function<end_all_jobs>(env, exports, "endJobs");
  export_function<implementations>(env, exports, "implementations");
  export_function<get_cuda_status>(env, exports, "cudaStatus");
  export_function<find_cuda>(env, exports, "findCuda");
  register_checksum(env, exports);
  register_csv(env, exports);
  register_dataset(env, exports);
  register_dataset_views(env, exports);
  register_file_lock(env, exports);
  register_names(env, exports);
  register_order(env, exports);
  register_predictor(env, exports);
  register_random(env, exports);
  register_sampling(env, exports);
  register_snapshot(env, exports);
  register_stepper(env, exports);
  register_trainer(env, exports);
  return exports;
}

}  // namespace thalweg::napi

static Napi::Object thalweg_register(Napi::Env env, Napi::Object exports) {
  return thalweg::napi::register_addon(env, exports);
}
NODE_API_MODULE(thalweg, thalweg_register)
