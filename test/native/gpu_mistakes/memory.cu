// Mistakes with memory.
#include "program.h"

namespace {

bool host_reads_device_memory(bool mistaken) {
  const Numbers numbers(100);
  check(launch(1, &fill_kernel, numbers.data, 100, 3.0f));
  synchronize();
  return (mistaken ? numbers.data[7] : numbers.read()[7]) == 3;
}

bool writes_a_little_behind(bool mistaken) {
  const Numbers numbers(100);
  check(launch(1, &fill_kernel, numbers.data, mistaken ? 101 : 100, 3.0f));
  synchronize();
  return cudaFree(numbers.data) == cudaSuccess;
}

bool writes_far_behind(bool mistaken) {
  const Numbers numbers(100);
  check(launch(4, &fill_kernel, numbers.data, mistaken ? 1000 : 100, 3.0f));
  synchronize();
  return true;
}

bool uses_freed_memory(bool mistaken) {
  const Numbers numbers(5000);
  if (mistaken) check(cudaFree(numbers.data));
  check(launch(1, &fill_kernel, numbers.data, 100, 3.0f));
  synchronize();
  return true;
}

bool copies_from_the_wrong_side(bool mistaken) {
  const Numbers numbers(10);
  std::vector<float> host(10, 1.0f);
  const void* from = mistaken ? numbers.data : host.data();
  const cudaError_t error =
      cudaMemcpyAsync(numbers.data, from, 40, cudaMemcpyHostToDevice, cudaStreamPerThread);
  synchronize();
  return error == cudaSuccess;
}

}  // namespace

Programs memory_programs() {
  return {
      PROGRAM(host_reads_device_memory),   PROGRAM(writes_a_little_behind),
      PROGRAM(writes_far_behind),          PROGRAM(uses_freed_memory),
      PROGRAM(copies_from_the_wrong_side),
  };
}
