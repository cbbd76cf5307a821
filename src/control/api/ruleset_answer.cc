#include "control/api/ruleset_answer.h"

namespace brink::control::api {

Answer refused(const rules::Problems& problems) {
  Answer answer;
  answer.status = 400;
  for (const rules::Problem& problem : problems) {
    answer.errors.push_back(ApiError(ErrorCode{problem.code, 400, ""}, problem.message).at(problem.pointer));
  }
  return answer;
}

Json message_json(const rules::Problem& warning) {
  Json json = {{"code", warning.code}, {"message", warning.message}};
  if (!warning.pointer.empty()) json["source"] = {{"pointer", warning.pointer}};
  return json;
}

}  // namespace brink::control::api
