// Tests the thread pool and the quota of processor time without Node.js, so that ThreadSanitizer
// sees all of it. script/check-threads builds and runs it.
//   threads         runs the checks
//   threads fork    also runs them in a forked child, which ThreadSanitizer does not follow
//   threads cost    prints the cost of an empty loop for its caller
#include "core/threads.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/cpu_quota.h"
#include "core/spin.h"

namespace {

using thalweg::parallel_for;
using thalweg::Wake;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "pool: %s\n", what);
  std::exit(1);
}

// Runs a loop whose parts are of uneven length, and counts how often each has run.
void count_parts(int64_t parts, int threads, Wake wake) {
  std::vector<int> runs(static_cast<size_t>(parts));
  parallel_for(parts, threads, wake, [&](int64_t part) {
    ++runs[static_cast<size_t>(part)];
    thalweg::spin_for(part % 7 * 1000, [] { return false; });
  });
  for (const int count : runs) expect(count == 1, "a part did not run exactly once");
}

void each_part_runs_once() {
  for (const int64_t parts : {0, 1, 2, 3, 7, 64, 1000})
    for (const int threads : {1, 2, 3, 7, 40})
      for (const Wake wake : {Wake::kWhenLong, Wake::kAtOnce}) count_parts(parts, threads, wake);
}

// The caller sees, without a lock, what other threads wrote in their parts.
void results_are_seen() {
  for (int round = 0; round < 2000; ++round) {
    int64_t squares[64];
    parallel_for(64, 3, Wake::kAtOnce, [&](int64_t part) { squares[part] = part * part; });
    int64_t sum = 0;
    for (const int64_t square : squares) sum += square;
    expect(sum == 85344, "the caller missed a result");
  }
}

void loops_within_loops_run_inline() {
  std::atomic<int> runs{0};
  parallel_for(8, 3, Wake::kAtOnce, [&](int64_t) {
    const std::thread::id outer = std::this_thread::get_id();
    parallel_for(8, 3, Wake::kAtOnce, [&](int64_t) {
      expect(std::this_thread::get_id() == outer, "an inner loop left its thread");
      ++runs;
    });
  });
  expect(runs == 64, "an inner part is missing");
}

void exceptions_reach_the_caller() {
  for (int round = 0; round < 300; ++round) {
    std::atomic<int> runs{0};
    bool caught = false;
    try {
      parallel_for(100, 3, Wake::kAtOnce, [&](int64_t part) {
        ++runs;
        if (part % 10 == round % 10) throw std::runtime_error("part");
      });
    } catch (const std::runtime_error&) {
      caught = true;
    }
    expect(caught && runs >= 1 && runs <= 100, "an exception was lost");
  }
  count_parts(100, 3, Wake::kAtOnce);
}

// More callers run at once than the pool has regions.
void many_callers_share_it() {
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 12; ++caller)
    callers.emplace_back([] {
      for (int round = 0; round < 100; ++round) count_parts(50, 3, Wake::kAtOnce);
    });
  for (std::thread& caller : callers) caller.join();
}

// The threads that run parts of loops of `threads`, in which each waits for a moment.
std::set<std::thread::id> threads_of_loops(int loops, int threads) {
  std::mutex lock;
  std::set<std::thread::id> found;
  for (int loop = 0; loop < loops; ++loop)
    parallel_for(16, threads, [&](int64_t) {
      thalweg::spin_for(20'000, [] { return false; });
      const std::scoped_lock locked(lock);
      found.insert(std::this_thread::get_id());
    });
  return found;
}

// Once the thread count is lowered, no loop wakes the helpers that are too many; raised, they are
// back.
void a_lower_thread_count_leaves_helpers_asleep() {
  const auto settle = [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
  thalweg::set_thread_count(8);
  count_parts(64, 8, Wake::kAtOnce);
  for (int round = 0; round < 3; ++round) {
    thalweg::set_thread_count(2);
    // A helper that sleeps learns of it when it is woken the next time.
    static_cast<void>(threads_of_loops(20, 2));
    settle();
    expect(threads_of_loops(300, 2).size() <= 2, "a loop woke a helper that is too many");
    thalweg::set_thread_count(8);
    size_t most = 0;
    for (int tries = 0; tries < 100 && most <= 2; ++tries)
      most = std::max(most, threads_of_loops(20, 8).size());
    expect(most > 2, "helpers stayed asleep after the thread count was raised");
  }
  thalweg::set_thread_count(0);
}

// The child has the forking thread alone: loops run there, on helpers of its own.
void a_forked_child_goes_on() {
  const pid_t child = fork();
  if (child == 0) {
    for (int round = 0; round < 100; ++round) count_parts(50, 3, Wake::kAtOnce);
    _exit(0);
  }
  int status = 0;
  expect(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
         "loops in a forked child failed");
  count_parts(50, 3, Wake::kAtOnce);
}

// Makes a folder in the form of a machine's control groups, with one file that names the process's
// groups.
class Groups {
 public:
  Groups()
      : folder_(std::filesystem::temp_directory_path() / ("quota-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Groups() { std::filesystem::remove_all(folder_); }
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;

  void write(const std::string& file, const std::string& text) const {
    const std::filesystem::path path = folder_ / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  double quota() const { return thalweg::cpu_quota(folder_ / "self", folder_); }

 private:
  const std::filesystem::path folder_;
};

void quotas_of_version_2_are_read() {
  const Groups groups;
  groups.write("self", "0::/outer/inner\n");
  expect(groups.quota() == std::numeric_limits<double>::infinity(), "a quota without a file");
  groups.write("outer/inner/cpu.max", "max 100000\n");
  expect(groups.quota() == std::numeric_limits<double>::infinity(), "max is a quota");
  groups.write("outer/inner/cpu.max", "350000 100000\n");
  expect(groups.quota() == 3.5, "the group's own quota");
  groups.write("outer/cpu.max", "50000 100000\n");
  expect(groups.quota() == 0.5, "a quota of the group above");
  groups.write("outer/cpu.max", "rubbish\n");
  expect(groups.quota() == 3.5, "a file without numbers");
}

void quotas_of_version_1_are_read() {
  const Groups groups;
  groups.write("self", "7:pids:/a\n4:cpu,cpuacct:/docker/1234\n0::/\n");
  groups.write("cpu,cpuacct/docker/1234/cpu.cfs_quota_us", "-1\n");
  groups.write("cpu,cpuacct/docker/1234/cpu.cfs_period_us", "100000\n");
  expect(groups.quota() == std::numeric_limits<double>::infinity(), "-1 is a quota");
  // A container sees its own group as the root of the mount, under a path that is not there.
  groups.write("cpu,cpuacct/cpu.cfs_quota_us", "200000\n");
  groups.write("cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  expect(groups.quota() == 2, "the quota of a container");
  groups.write("self", "4:cpu,cpuacct:/docker/1234/jobs\n");
  groups.write("cpu,cpuacct/jobs/cpu.cfs_quota_us", "150000\n");
  groups.write("cpu,cpuacct/jobs/cpu.cfs_period_us", "100000\n");
  expect(groups.quota() == 1.5, "the quota of a group within a container");
}

void odd_group_files_are_no_quota() {
  const Groups groups;
  for (const char* text : {"", "\n", ":", "::", "0::", "0::relative\n", "1:cpu\n", "x:y:z\n"}) {
    groups.write("self", text);
    expect(groups.quota() == std::numeric_limits<double>::infinity(), "an odd line is a quota");
  }
}

// Returns the median nanoseconds that an empty loop of `parts` costs its caller, called after
// `gap`.
int64_t cost(int64_t parts, int64_t gap) {
  std::vector<int64_t> times(20'000);
  for (int64_t& time : times) {
    thalweg::spin_for(gap, [] { return false; });
    const int64_t begun = thalweg::now_nanoseconds();
    parallel_for(parts, 2, [](int64_t) {});
    time = thalweg::now_nanoseconds() - begun;
  }
  std::nth_element(times.begin(), times.begin() + 10'000, times.end());
  return times[10'000];
}

void print_costs() {
  for (const int64_t gap : {0, 3'000, 20'000, 200'000})
    std::printf("empty loop after %lld ns: 2 parts %lld ns, 64 parts %lld ns\n",
                static_cast<long long>(gap), static_cast<long long>(cost(2, gap)),
                static_cast<long long>(cost(64, gap)));
}

}  // namespace

int main(int count, char** words) {
  const char* const word = count > 1 ? words[1] : "";
  if (std::strcmp(word, "cost") == 0) {
    print_costs();
    return 0;
  }
  each_part_runs_once();
  results_are_seen();
  loops_within_loops_run_inline();
  exceptions_reach_the_caller();
  many_callers_share_it();
  a_lower_thread_count_leaves_helpers_asleep();
  quotas_of_version_2_are_read();
  quotas_of_version_1_are_read();
  odd_group_files_are_no_quota();
  if (std::strcmp(word, "fork") == 0) a_forked_child_goes_on();
  std::puts("threads: all checks passed");
  return 0;
}
