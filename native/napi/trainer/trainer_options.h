// Reads the JavaScript options of a trainer into plain structs.
#pragma once

#include <napi.h>

#include "train/loop/engine.h"

namespace thalweg::napi {

EngineOptions read_engine_options(const Napi::Object& object);
TrainRequest read_train_request(const Napi::Object& object);
StepperOptions read_stepper_options(const Napi::Object& object);

}  // namespace thalweg::napi
