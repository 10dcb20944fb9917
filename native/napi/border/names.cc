#include "napi/border/names.h"

#include <cstddef>
#include <cstdint>

#include "core/error.h"
#include "core/initializer.h"
#include "data/csv/csv_format.h"
#include "ops/activation.h"
#include "ops/loss.h"
#include "train/step/average.h"
#include "train/step/step_settings.h"

namespace thalweg::napi {

namespace {

constexpr const char* kStepSettingNames[] = {
#define THALWEG_STEP_SETTING(name, member) name,
#include "rules/settings.def"
};
constexpr const char* kGroupSettingNames[] = {
#define THALWEG_GROUP_SETTING(name, enumerator) name,
#include "rules/settings.def"
};
constexpr const char* kTrainerSettingNames[] = {
#define THALWEG_TRAINER_SETTING(name, member) name,
#include "rules/settings.def"
};

constexpr const char* kLayerNames[] = {
#define THALWEG_LAYER(kind, make) kind,
#include "layers/layers.def"
#undef THALWEG_LAYER
};

template <size_t kCount>
Napi::Array list(Napi::Env env, const char* const (&names)[kCount]) {
  Napi::Array array = Napi::Array::New(env, kCount);
  for (uint32_t i = 0; i < kCount; ++i) array.Set(i, Napi::String::New(env, names[i]));
  return array;
}

}  // namespace

void register_names(Napi::Env env, Napi::Object exports) {
  Napi::Object names = Napi::Object::New(env);
  names.Set("errorCodes", list(env, kErrorCodeNames));
  names.Set("stepSettings", list(env, kStepSettingNames));
  names.Set("groupSettings", list(env, kGroupSettingNames));
  names.Set("trainerSettings", list(env, kTrainerSettingNames));
  names.Set("nonFinite", list(env, kNonFiniteNames));
  names.Set("losses", list(env, kLossNames));
  names.Set("layers", list(env, kLayerNames));
  names.Set("activations", list(env, kActivationNames));
  names.Set("distributions", list(env, kDistributionNames));
  names.Set("averages", list(env, kAverageNames));
  names.Set("csvFaults", list(env, data::kCsvFaultNames));
  exports.Set("names", names);
}

}  // namespace thalweg::napi
