// The entry of the lab addon, which has functions for tests and benchmarks alone. It contains the
// objects of the shipped addon once more, with a thread pool and a thread count of its own
// (docs/decisions/0015-a-second-addon-for-tests.md).
#include <napi.h>

#include "lab/alias_table.h"
#include "lab/arena_step.h"
#include "lab/index_cipher.h"
#include "lab/operation.h"
#include "lab/product.h"
#include "lab/queued_gather.h"
#include "lab/queued_step.h"
#include "lab/random.h"
#include "lab/record_dataset.h"
#include "napi/border/initialize.h"
#include "napi/checkpoint/checksum.h"
#include "napi/checkpoint/snapshot.h"
#include "napi/data/dataset.h"
#include "napi/data/dataset_views.h"
#include "napi/data/order.h"
#include "napi/data/sampling.h"
#include "napi/trainer/trainer.h"

namespace thalweg::lab {

static Napi::Object register_addon(Napi::Env env, Napi::Object exports) {
  napi::register_initialize(env, exports);
  napi::register_checksum(env, exports);
  napi::register_dataset(env, exports);
  napi::register_dataset_views(env, exports);
  napi::register_order(env, exports);
  napi::register_sampling(env, exports);
  napi::register_snapshot(env, exports);
  napi::register_trainer(env, exports);
  register_alias_table(env, exports);
  register_arena_step(env, exports);
  register_index_cipher(env, exports);
  register_operation(env, exports);
  register_product(env, exports);
  register_queued_gather(env, exports);
  register_queued_step(env, exports);
  register_random(env, exports);
  register_record_dataset(env, exports);
  return exports;
}

}  // namespace thalweg::lab

static Napi::Object thalweg_lab_register(Napi::Env env, Napi::Object exports) {
  return thalweg::lab::register_addon(env, exports);
}
NODE_API_MODULE(thalweg_lab, thalweg_lab_register)
