// Mistakes with cuBLASLt.
#include <cstring>

#include "backends/cuda/blas_api.h"
#include "program.h"

// The library as emulation/blas.cc has it.
extern "C" {
int cublasLtCreate(void**);
int cublasLtMatmulDescCreate(void**, int, int);
int cublasLtMatrixLayoutCreate(void**, int, uint64_t, uint64_t, int64_t);
int cublasLtMatmulPreferenceCreate(void**);
int cublasLtMatmulPreferenceSetAttribute(void*, int, const void*, size_t);
int cublasLtMatmulAlgoGetHeuristic(void*, void*, void*, void*, void*, void*, void*, int,
                                   thalweg::cuda::BlasHeuristic*, int*);
int cublasLtMatmul(void*, void*, const void*, const void*, void*, const void*, void*, const void*,
                   const void*, void*, void*, void*, const thalweg::cuda::BlasAlgorithm*, void*,
                   size_t, cudaStream_t);
}

namespace {

using namespace thalweg::cuda;

constexpr int kReductionMask = 3;
constexpr uint64_t kSide = 96;  // rows and columns of each matrix

struct Plan {
  void *handle = nullptr, *matmul = nullptr, *layout = nullptr, *preference = nullptr;
  BlasHeuristic found = {};
  int status = 0;
};

template <class T>
int prefer(const Plan& plan, int attribute, T value) {
  return cublasLtMatmulPreferenceSetAttribute(plan.preference, attribute, &value, sizeof value);
}

struct Wishes {
  uint64_t columns = kSide;
  uint64_t workspace = 0;
  uint32_t reductions = 0;
  uint32_t alignment = 16;
};

Plan make_plan(const Wishes& wishes) {
  Plan plan;
  int count = 0;
  cublasLtCreate(&plan.handle);
  cublasLtMatmulDescCreate(&plan.matmul, kBlasCompute32F, kBlasFloat);
  cublasLtMatrixLayoutCreate(&plan.layout, kBlasFloat, wishes.columns, wishes.columns,
                             static_cast<int64_t>(wishes.columns));
  cublasLtMatmulPreferenceCreate(&plan.preference);
  prefer(plan, kBlasWorkspace, wishes.workspace);
  prefer(plan, kReductionMask, wishes.reductions);
  for (const int operand : kBlasAlignments) prefer(plan, operand, wishes.alignment);
  plan.status = cublasLtMatmulAlgoGetHeuristic(plan.handle, plan.matmul, plan.layout, plan.layout,
                                               plan.layout, plan.layout, plan.preference, 1,
                                               &plan.found, &count);
  return plan;
}

struct Square {
  Square() : numbers(kSide * kSide + 4) {
    std::vector<float> values(numbers.count);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i * 2654435761u % 1000) / 997.0f;
    check(cudaMemcpyAsync(numbers.data, values.data(), values.size() * sizeof(float),
                          cudaMemcpyHostToDevice, cudaStreamPerThread));
    synchronize();
  }
  Numbers numbers;
};

int multiply(const Plan& plan, const float* a, float* c, const Numbers* workspace = nullptr) {
  const float one = 1, zero = 0;
  const size_t bytes = workspace == nullptr ? 0 : workspace->count * sizeof(float);
  return cublasLtMatmul(plan.handle, plan.matmul, &one, a, plan.layout, a, plan.layout, &zero, c,
                        plan.layout, c, plan.layout, &plan.found.algorithm,
                        workspace == nullptr ? nullptr : workspace->data, bytes,
                        cudaStreamPerThread);
}

bool multiplies_what_is_not_aligned(bool mistaken) {
  const Plan plan = make_plan({});
  const Square a, c;
  return multiply(plan, a.numbers.data + (mistaken ? 1 : 0), c.numbers.data) == kBlasSuccess;
}

bool multiplies_more_than_32_bits_count(bool mistaken) {
  return make_plan({.columns = mistaken ? uint64_t{1} << 31 : kSide}).status == kBlasSuccess;
}

bool multiplies_without_the_workspace(bool mistaken) {
  const Plan plan = make_plan({.workspace = 1 << 20});
  const Square a, c;
  const Numbers workspace(1 << 18);
  const int status =
      multiply(plan, a.numbers.data, c.numbers.data, mistaken ? nullptr : &workspace);
  synchronize();
  return plan.found.workspace_bytes > 0 && status == kBlasSuccess;
}

bool multiplies_what_lies_on_the_host(bool mistaken) {
  const Plan plan = make_plan({});
  const Square a, c;
  float* host = pinned(kSide * kSide);
  multiply(plan, mistaken ? host : a.numbers.data, c.numbers.data);
  return cudaStreamSynchronize(cudaStreamPerThread) == cudaSuccess;
}

bool prefers_what_is_no_preference(bool mistaken) {
  return prefer(make_plan({}), mistaken ? 77 : kReductionMask, uint32_t{2}) == kBlasSuccess;
}

bool lets_parts_be_added_in_place(bool mistaken) {
  const Plan plan = make_plan({.workspace = 1 << 20, .reductions = mistaken ? 7u : 6u});
  const Square a, c;
  const Numbers workspace(1 << 18);
  std::vector<float> first;
  for (int i = 0; i < 20; ++i) {
    if (multiply(plan, a.numbers.data, c.numbers.data, &workspace) != kBlasSuccess) return false;
    const std::vector<float> values = c.numbers.read();
    if (i == 0) first = values;
    if (values != first) return false;
  }
  return true;
}

}  // namespace

Programs blas_programs() {
  return {
      PROGRAM(multiplies_what_is_not_aligned),   PROGRAM(multiplies_more_than_32_bits_count),
      PROGRAM(multiplies_without_the_workspace), PROGRAM(multiplies_what_lies_on_the_host),
      PROGRAM(prefers_what_is_no_preference),    PROGRAM(lets_parts_be_added_in_place),
  };
}
