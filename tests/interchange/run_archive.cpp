// Runs one method of an archive with libtorch: run_archive ARCHIVE METHOD SIZE... < float32 input > float32 outputs, one after the other.
#include <torch/script.h>

#include <iostream>
#include <iterator>
#include <string>
#include <vector>

static void write(const torch::jit::IValue& value) {
    if (value.isTuple()) {
        for (const auto& element : value.toTupleRef().elements()) write(element);
        return;
    }
    const auto tensor = value.toTensor().contiguous();
    std::cout.write(static_cast<const char*>(tensor.data_ptr()), tensor.nbytes());
}

int main(int count, char** words) {
    torch::InferenceMode guard;
    std::vector<int64_t> shape;
    for (int index = 3; index < count; ++index) shape.push_back(std::stoll(words[index]));
    std::vector<char> bytes{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    auto module = torch::jit::load(words[1]);
    module.eval();
    write(module.get_method(words[2])({torch::from_blob(bytes.data(), shape)}));
}
