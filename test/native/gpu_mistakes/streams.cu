// Mistakes with streams, events and graphs.
#include "program.h"

namespace {

bool overwrites_what_is_still_to_be_copied(bool mistaken) {
  const Numbers numbers(10);
  float* host = pinned(10);
  host[0] = 1;
  check(cudaMemcpyAsync(numbers.data, host, 40, cudaMemcpyHostToDevice, cudaStreamPerThread));
  if (!mistaken) synchronize();
  host[0] = 2;
  return numbers.read()[0] == 1;
}

bool frees_pinned_memory_in_use(bool mistaken) {
  const Numbers numbers(2000);
  float* host = pinned(2000);
  check(cudaMemcpyAsync(numbers.data, host, 8000, cudaMemcpyHostToDevice, cudaStreamPerThread));
  if (!mistaken) synchronize();
  check(cudaFreeHost(host));
  synchronize();
  return true;
}

bool takes_a_query_for_a_wait(bool mistaken) {
  float* place = pinned(1);
  for (int i = 1; i <= 20; ++i) check(launch(1, &fill_kernel, place, 1, static_cast<float>(i)));
  while (cudaStreamQuery(cudaStreamPerThread) == cudaErrorNotReady && !mistaken) {
  }
  return *place == 20;
}

bool waits_for_no_event(bool mistaken) {
  const Numbers numbers(10), copied(10);
  float* host = pinned(10);
  host[0] = 5;
  cudaStream_t copies = nullptr;
  cudaEvent_t sent = nullptr;
  check(cudaStreamCreateWithFlags(&copies, cudaStreamNonBlocking));
  check(cudaEventCreateWithFlags(&sent, cudaEventDisableTiming));
  check(cudaMemcpyAsync(numbers.data, host, 40, cudaMemcpyHostToDevice, copies));
  check(cudaEventRecord(sent, copies));
  if (!mistaken) check(cudaStreamWaitEvent(cudaStreamPerThread, sent, 0));
  check(cudaMemcpyAsync(copied.data, numbers.data, 40, cudaMemcpyDeviceToDevice,
                        cudaStreamPerThread));
  return copied.read()[0] == 5;
}

// The recording of one kernel, begun on the device that the thread uses.
cudaGraphExec_t record(float* to, bool queries = false) {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  check(cudaStreamBeginCapture(cudaStreamPerThread, cudaStreamCaptureModeThreadLocal));
  check(launch(1, &fill_kernel, to, 1, 4.0f));
  if (queries) cudaStreamQuery(cudaStreamPerThread);
  check(cudaStreamEndCapture(cudaStreamPerThread, &graph));
  check(cudaGraphInstantiate(&executable, graph, 0));
  return executable;
}

bool queries_in_a_capture(bool mistaken) {
  const Numbers numbers(1);
  check(cudaGraphLaunch(record(numbers.data, mistaken), cudaStreamPerThread));
  return numbers.read()[0] == 4;
}

bool replays_on_another_device(bool mistaken) {
  const Numbers numbers(1);
  const cudaGraphExec_t executable = record(numbers.data);
  if (mistaken) check(cudaSetDevice(1));
  check(cudaGraphLaunch(executable, cudaStreamPerThread));
  return numbers.read()[0] == 4;
}

}  // namespace

Programs stream_programs() {
  return {
      PROGRAM(overwrites_what_is_still_to_be_copied),
      PROGRAM(frees_pinned_memory_in_use),
      PROGRAM(takes_a_query_for_a_wait),
      PROGRAM(waits_for_no_event),
      PROGRAM(queries_in_a_capture),
      PROGRAM(replays_on_another_device),
  };
}
