// thalweg_gpu_mistakes [NAME [mistaken]]: a small program for an emulated GPU. Prints whether it
// got what it should. With `mistaken` it makes the mistake that its name says; then it has to fail
// or crash (test/cuda/emulation.test.ts). Without a name: the names.
#include "program.h"

int main(int count, char** words) {
  for (const Programs& some :
       {memory_programs(), stream_programs(), kernel_programs(), blas_programs()})
    for (const auto& [name, run] : some) {
      if (count < 2) std::printf("%s\n", name.c_str());
      if (count < 2 || name != words[1]) continue;
      const bool right = run(count > 2 && std::string(words[2]) == "mistaken");
      std::printf("%s\n", right ? "right" : "wrong");
      return right ? 0 : 1;
    }
  return 0;
}
