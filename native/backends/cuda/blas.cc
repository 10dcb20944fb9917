#include "backends/cuda/blas.h"

#include <dlfcn.h>

#include <cstdlib>
#include <vector>

#include "backends/cuda/check.h"
#include "core/error.h"

namespace thalweg::cuda {

namespace {

void check_blas(int status, const char* call) {
  if (status == kBlasSuccess) return;
  const std::string received = "cuBLAS status " + std::to_string(status);
  if (status == kBlasNoMemory)
    throw Error({ErrorCode::kMemory, call, received, "enough free memory for cuBLAS",
                 "use a smaller model or batch, or dispose what is not needed"});
  throw Error({ErrorCode::kDevice, call, received, "a cuBLAS call that succeeds",
               "set THALWEG_CUBLAS=0 to do without cuBLAS"});
}

template <class Function>
bool find(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(dlsym(library, name));
  return out != nullptr;
}

bool find_all(void* library, BlasApi& api) {
  return find(library, "cublasLtGetVersion", api.version) &&
         find(library, "cublasLtCreate", api.create) &&
         find(library, "cublasLtMatmulDescCreate", api.matmul_create) &&
         find(library, "cublasLtMatmulDescDestroy", api.matmul_destroy) &&
         find(library, "cublasLtMatmulDescSetAttribute", api.matmul_set) &&
         find(library, "cublasLtMatrixLayoutCreate", api.layout_create) &&
         find(library, "cublasLtMatrixLayoutDestroy", api.layout_destroy) &&
         find(library, "cublasLtMatmulPreferenceCreate", api.preference_create) &&
         find(library, "cublasLtMatmulPreferenceDestroy", api.preference_destroy) &&
         find(library, "cublasLtMatmulPreferenceSetAttribute", api.preference_set) &&
         find(library, "cublasLtMatmulAlgoGetHeuristic", api.heuristic) &&
         find(library, "cublasLtMatmul", api.multiply);
}

// A library that has started, with its handle.
struct Started {
  BlasApi api;
  BlasHandle handle;
};

// Starts an open library. Returns nothing, with the reason in `why`, where it does not start, as
// happens to a library for a newer driver. Such a library stays open, because what it has begun
// cannot be undone safely.
std::optional<Started> start(void* library, const std::string& name, std::string* why) {
  Started started = {};
  if (!find_all(library, started.api)) {
    *why = name + " lacks a function that is needed; install cuBLAS 12 or 13";
    return std::nullopt;
  }
  const int status = started.api.create(&started.handle);
  if (status == kBlasSuccess) return started;
  *why = name + " does not start: cublasLtCreate gives status " + std::to_string(status);
  return std::nullopt;
}

// Opens the libraries in order, and returns the first that starts.
std::optional<Started> start_one(const std::vector<std::string>& names, std::string* why) {
  for (const std::string& name : names) {
    void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) continue;
    std::string failure;
    if (auto started = start(library, name, &failure)) return started;
    if (why->empty()) *why = failure;
  }
  if (why->empty())
    *why = names.front() + " is not found; install it, or put its folder in LD_LIBRARY_PATH";
  return std::nullopt;
}

// Returns the largest power of two that divides the addresses of all operands. It is at most 256,
// the largest alignment that the library asks for.
uint32_t alignment_of(const Product& p) {
  uintptr_t bits = 256;
  for (const float* operand : {p.a, p.b, static_cast<const float*>(p.c), p.bias})
    bits |= reinterpret_cast<uintptr_t>(operand);
  return static_cast<uint32_t>(bits & -bits);
}

// An object that the library made, and the function that destroys it.
using Made = std::unique_ptr<void, int (*)(void*)>;

// The descriptors of one product. A row-major product c = a b is the column-major product c' = b'
// a'. So b is the library's first operand, and has n rows.
class Problem {
 public:
  Problem(const BlasApi& api, int compute, const Product& p)
      : api_(api),
        matmul_(make_matmul(compute)),
        a_(p.transpose_b ? layout(p.k, p.n) : layout(p.n, p.k)),
        b_(p.transpose_a ? layout(p.m, p.k) : layout(p.k, p.m)),
        c_(layout(p.n, p.m)) {
    set(kBlasTransA, static_cast<int32_t>(p.transpose_b));
    set(kBlasTransB, static_cast<int32_t>(p.transpose_a));
    if (p.bias != nullptr) set(kBlasBiasPointer, p.bias);
    set(kBlasEpilogue, p.bias != nullptr ? kBlasEpilogueBias : kBlasEpilogueDefault);
  }

  BlasProblem get() const { return {matmul_.get(), a_.get(), b_.get(), c_.get()}; }

 private:
  Made make_matmul(int compute) const {
    BlasMatmul made = nullptr;
    check_blas(api_.matmul_create(&made, compute, kBlasFloat), "cublasLtMatmulDescCreate");
    return {made, api_.matmul_destroy};
  }
  Made layout(int64_t rows, int64_t columns) const {
    BlasLayout made = nullptr;
    check_blas(api_.layout_create(&made, kBlasFloat, rows, columns, rows),
               "cublasLtMatrixLayoutCreate");
    return {made, api_.layout_destroy};
  }
  template <class T>
  void set(int attribute, T value) {
    check_blas(api_.matmul_set(matmul_.get(), attribute, &value, sizeof value),
               "cublasLtMatmulDescSetAttribute");
  }

  const BlasApi& api_;
  Made matmul_, a_, b_, c_;
};

}  // namespace

std::unique_ptr<Blas> Blas::open(std::string* why) {
  const char* wanted = std::getenv("THALWEG_CUBLAS");
  if (wanted != nullptr && std::string(wanted) == "0") {
    *why = "THALWEG_CUBLAS=0";
    return nullptr;
  }
  std::vector<std::string> names = {"libcublasLt.so.13", "libcublasLt.so.12"};
  if (wanted != nullptr) names = {wanted};
  std::string failure;
  const std::optional<Started> started = start_one(names, &failure);
  if (!started) {
    *why = "without cuBLAS: " + failure;
    return nullptr;
  }
  const char* tf32 = std::getenv("THALWEG_TF32");
  const bool allowed = tf32 != nullptr && std::string(tf32) == "1";
  return std::unique_ptr<Blas>(
      new Blas(started->api, started->handle, allowed ? kBlasComputeTf32 : kBlasCompute32F));
}

// Returns the algorithm that the library chooses. It may use no workspace, because each thread
// would need its own.
std::optional<BlasAlgorithm> Blas::algorithm(const Shape& shape, const BlasProblem& problem) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = algorithms_.find(shape);
  if (known != algorithms_.end()) return known->second;
  BlasPreference made = nullptr;
  check_blas(api_.preference_create(&made), "cublasLtMatmulPreferenceCreate");
  const Made preference(made, api_.preference_destroy);
  const auto prefer = [&](int attribute, auto value) {
    check_blas(api_.preference_set(made, attribute, &value, sizeof value),
               "cublasLtMatmulPreferenceSetAttribute");
  };
  prefer(kBlasWorkspace, uint64_t{0});
  for (const int operand : kBlasAlignments) prefer(operand, shape.alignment);
  BlasHeuristic found = {};
  int count = 0;
  const int status = api_.heuristic(handle_, problem.matmul, problem.a, problem.b, problem.c,
                                    problem.c, made, 1, &found, &count);
  if (status != kBlasNotSupported) check_blas(status, "cublasLtMatmulAlgoGetHeuristic");
  const bool usable = status == kBlasSuccess && count > 0 && found.state == kBlasSuccess;
  const auto chosen = usable ? std::optional(found.algorithm) : std::nullopt;
  return algorithms_.emplace(shape, chosen).first->second;
}

bool Blas::run(const Product& p) {
  const Problem made(api_, compute_, p);
  const BlasProblem problem = made.get();
  const auto chosen = algorithm(
      {p.m, p.n, p.k, p.transpose_a, p.transpose_b, p.bias != nullptr, alignment_of(p)}, problem);
  if (!chosen) return false;
  const float one = 1, kept = p.adds ? 1 : 0;
  check_blas(api_.multiply(handle_, problem.matmul, &one, p.b, problem.a, p.a, problem.b, &kept,
                           p.c, problem.c, p.c, problem.c, &*chosen, nullptr, 0, stream()),
             "cublasLtMatmul");
  return true;
}

std::string Blas::name() const {
  const size_t version = api_.version();
  return "cuBLASLt " + std::to_string(version / 10000) + "." +
         std::to_string(version % 10000 / 100) + (compute_ == kBlasComputeTf32 ? ", TF32" : "");
}

}  // namespace thalweg::cuda
