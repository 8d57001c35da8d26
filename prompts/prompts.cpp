#include "prompts/prompts.h"

#include <vector>

namespace pmx::prompts {

std::string_view embedded_file(std::string_view name);

Result<std::string> render(std::string_view name,
                           const std::map<std::string, std::string>& values) {
  std::string_view rest = embedded_file(std::string(name) + ".md");
  if (rest.empty()) return Error{Code::kNotFound, "no such prompt template", ""};
  std::string text;
  while (true) {
    const std::size_t open = rest.find("{{");
    text += rest.substr(0, open);
    if (open == std::string_view::npos) return text;
    const std::size_t close = rest.find("}}", open);
    if (close == std::string_view::npos)
      return Error{Code::kInternal, "the template has an open placeholder", ""};
    const auto value = values.find(std::string(rest.substr(open + 2, close - open - 2)));
    if (value == values.end())
      return Error{Code::kInvalidArgument, "a value of the prompt is missing", ""};
    text += value->second;
    rest.remove_prefix(close + 2);
  }
}

}  // namespace pmx::prompts
