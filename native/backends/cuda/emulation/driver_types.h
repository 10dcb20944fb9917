// Replaces CUDA's header of this name; see cuda_runtime_api.h.
#pragma once

#include "backends/cuda/emulation/cuda_runtime_api.h"
