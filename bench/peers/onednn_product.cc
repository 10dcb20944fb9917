// Computes one matrix product by oneDNN, as a peer of the benchmarks; process.ts describes the
// protocol. Arguments: m n k transpose_a transpose_b format. Format "plain" gives matrices as they
// are. "reordered" gives b in the format that oneDNN likes best, and does not count the reordering.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dnnl.hpp>
#include <unordered_map>

using dnnl::memory;

namespace {

const dnnl::engine& engine() {
  static const dnnl::engine& cpu = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return cpu;
}

memory::desc matrix(long rows, long columns, memory::format_tag tag) {
  return {{rows, columns}, memory::data_type::f32, tag};
}

memory filled(const memory::desc& description) {
  memory made(description, engine());
  auto* values = static_cast<float*>(made.get_data_handle());
  for (size_t i = 0; i < description.get_size() / sizeof(float); ++i)
    values[i] = static_cast<float>(i % 97) / 97 - 0.5f;
  return made;
}

dnnl::matmul::primitive_desc describe(const memory::desc& a, const memory::desc& b,
                                      const memory::desc& c) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), a, b, c};
#else
  return {dnnl::matmul::desc(a, b, c), engine()};
#endif
}

}  // namespace

int main(int, char** arguments) {
  const auto number = [&](int i) { return std::strtol(arguments[i], nullptr, 10); };
  const long m = number(1), n = number(2), k = number(3);
  using Tag = memory::format_tag;
  const Tag a_tag = number(4) != 0 ? Tag::ba : Tag::ab, b_tag = number(5) != 0 ? Tag::ba : Tag::ab;
  const bool is_plain = std::strcmp(arguments[6], "plain") == 0;
  const auto description = describe(matrix(m, k, a_tag), matrix(k, n, is_plain ? b_tag : Tag::any),
                                    matrix(m, n, Tag::ab));
  dnnl::matmul product(description);
  dnnl::stream stream(engine());
  std::unordered_map<int, memory> operands{{DNNL_ARG_SRC, filled(description.src_desc())},
                                           {DNNL_ARG_WEIGHTS, filled(description.weights_desc())},
                                           {DNNL_ARG_DST, filled(description.dst_desc())}};
  char line[256];
  if (std::fgets(line, sizeof line, stdin) == nullptr) return 1;
  std::puts("{\"ready\": true}");
  std::fflush(stdout);
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    const long count = std::strtol(line + sizeof "run", nullptr, 10);
    const auto start = std::chrono::steady_clock::now();
    for (long i = 0; i < count; ++i) {
      product.execute(stream, operands);
      stream.wait();
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    std::printf("{\"seconds\": %.9g}\n", elapsed.count() / static_cast<double>(count));
    std::fflush(stdout);
  }
}
