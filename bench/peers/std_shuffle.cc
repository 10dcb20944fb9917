// Shuffles the indices below argv[1] with std::shuffle and std::mt19937_64, as a peer of the
// benchmarks; process.ts describes the protocol.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <vector>

int main(int, char** arguments) {
  std::vector<uint32_t> rows(std::strtoull(arguments[1], nullptr, 10));
  std::mt19937_64 engine(1);
  char line[256];
  if (std::fgets(line, sizeof line, stdin) == nullptr) return 1;
  std::puts("{\"ready\": true}");
  std::fflush(stdout);
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    const long count = std::strtol(line + sizeof "run", nullptr, 10);
    const auto start = std::chrono::steady_clock::now();
    for (long i = 0; i < count; ++i) {
      std::iota(rows.begin(), rows.end(), 0u);
      std::shuffle(rows.begin(), rows.end(), engine);
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    std::printf("{\"seconds\": %.9g}\n", elapsed.count() / static_cast<double>(count));
    std::fflush(stdout);
  }
}
