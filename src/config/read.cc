#include "config/read.h"

#include "base/nearest.h"
#include "config/document.h"
#include "config/host_pattern.h"
#include "config/item_json.h"
#include "config/keys.h"
#include "config/origin_url.h"
#include "config/quantity.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

namespace brink::config {
namespace {

// `text` in quotes, as a message shows it: not all of a long one.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 80;
  return fmt::format("\"{}{}\"", text.substr(0, kMost), text.size() > kMost ? "..." : "");
}

class Reader {
 public:
  Reader(std::string_view file, Config& config) : file_(file), config_(config) {
    std::error_code ignored;
    directory_ = std::filesystem::absolute(std::filesystem::path(file).parent_path() / ".", ignored);
    config_.node.zones_dir = from_directory("zones.d");
  }

  void read_document(const Item& root) {
    for (const Member& member : root.members) {
      if (problems_.size() > limits::kMaxProblems) return;
      read_root_member(member);
    }
    check_listeners(root);
    check_control(root);
    check_acme(root);
    check_default_certificate_zone();
  }

  std::vector<Problem> take_problems() {
    std::ranges::sort(problems_, {},
                      [](const Problem& each) { return std::tie(each.position, each.key, each.what); });
    if (problems_.size() > limits::kMaxProblems) {
      problems_.resize(limits::kMaxProblems);
      problems_.push_back({.file = file_, .what = "there are more problems than are told"});
    }
    return std::move(problems_);
  }

 private:
  // Where a value stands: what it is called in problems, and the place of its key.
  struct Place {
    std::string key;
    Position position;
  };

  void problem(const Place& place, std::string what, std::string expected = {},
               std::string_view suggestion = {}) {
    problems_.push_back(
        {file_, place.position, place.key, std::move(what), std::move(expected), std::string(suggestion)});
  }

  static Place place_of(Section section, std::string_view key, Position position) {
    return {fmt::format("{} {}", section_info(section).heading, key), position};
  }

  // --- sections ---

  static std::optional<Section> find_section(std::string_view path) {
    for (int i = 0; i < static_cast<int>(Section::kCount); ++i) {
      if (section_info(static_cast<Section>(i)).path == path) return static_cast<Section>(i);
    }
    return std::nullopt;
  }

  void read_root_member(const Member& member) {
    const Place place{fmt::format("[{}]", member.key), member.key_position};
    const auto section = find_section(member.key);
    if (!section) return unknown_section(member);
    if (*section == Section::kZone) return read_zones(member);
    if (!member.value.is(Item::Kind::kTable)) {
      return problem(place, fmt::format("is {}", member.value.kind_name()),
                     fmt::format("a section [{}]", member.key));
    }
    read_section(*section, member.value, section_of(config_, *section));
  }

  void unknown_section(const Member& member) {
    const bool is_section = member.value.is(Item::Kind::kTable) || member.value.is(Item::Kind::kArray);
    const Place place{
        is_section && !is_list_of_values(member.value) ? fmt::format("[{}]", member.key) : member.key,
        member.key_position};
    std::vector<std::string_view> names;
    for (int i = 0; i < static_cast<int>(Section::kCount); ++i) {
      const std::string_view path = section_info(static_cast<Section>(i)).path;
      if (!path.contains('.')) names.push_back(path);
    }
    const std::string_view near = nearest_name(member.key, names);
    if (const std::string home = sections_with(member.key); near.empty() && !home.empty()) {
      return problem(place, "a key outside its section", "it in " + home);
    }
    problem(place, is_section ? "no such section" : "no such key", {}, near);
  }

  static bool is_list_of_values(const Item& item) {
    return item.is(Item::Kind::kArray) &&
           (item.elements.empty() || !item.elements.front().is(Item::Kind::kTable));
  }

  // The headings of the sections that have a key of this name: "[edge]", "[edge.limits] or [log]".
  static std::string sections_with(std::string_view name) {
    std::string text;
    for (const Key& key : keys()) {
      if (key.name != name) continue;
      if (!text.empty()) text += " or ";
      text += section_info(key.section).heading;
    }
    return text;
  }

  void read_section(Section section, const Item& table, void* target) {
    for (const Member& member : table.members) {
      if (problems_.size() > limits::kMaxProblems) return;
      if (const Key* key = find_key(section, member.key)) {
        read_key(*key, member, target);
      } else if (auto below = find_section(fmt::format("{}.{}", section_info(section).path, member.key))) {
        read_subsection(*below, member);
      } else {
        unknown_key(section, member);
      }
    }
    for (const Key& key : keys()) {
      if (key.section != section || !key.required || find(table, key.name) != nullptr) continue;
      problem(place_of(section, key.name, table.position), "is missing", expected_text(key));
    }
  }

  void read_subsection(Section section, const Member& member) {
    if (!member.value.is(Item::Kind::kTable)) {
      const std::string heading(section_info(section).heading);
      return problem({heading, member.key_position}, fmt::format("is {}", member.value.kind_name()),
                     "a section " + heading);
    }
    read_section(section, member.value, section_of(config_, section));
  }

  void unknown_key(Section section, const Member& member) {
    const std::string_view path = section_info(section).path;
    std::vector<std::string_view> names;
    for (const Key& key : keys()) {
      if (key.section == section) names.push_back(key.name);
    }
    for (int i = 0; i < static_cast<int>(Section::kCount); ++i) {
      const std::string_view below = section_info(static_cast<Section>(i)).path;
      if (below.size() > path.size() && below.starts_with(path) && below[path.size()] == '.') {
        names.push_back(below.substr(path.size() + 1));
      }
    }
    const Place place = place_of(section, member.key, member.key_position);
    if (const std::string home = sections_with(member.key); !home.empty()) {
      return problem(place, "no such key here", "it in " + home);
    }
    problem(place, "no such key", {}, nearest_name(member.key, names));
  }

  static const Member* find(const Item& table, std::string_view name) {
    const auto found = std::ranges::find(table.members, name, &Member::key);
    return found == table.members.end() ? nullptr : &*found;
  }

  static Position position_of(const Item& table, std::string_view name) {
    const Member* member = find(table, name);
    return member != nullptr ? member->key_position : table.position;
  }

  // --- zones ---

  void read_zones(const Member& member) {
    const Place place{"[[zone]]", member.key_position};
    if (member.value.is(Item::Kind::kTable))
      return problem(place, "is written as one table", "[[zone]] in two brackets");
    if (!member.value.is(Item::Kind::kArray)) {
      return problem(place, fmt::format("is {}", member.value.kind_name()),
                     "a section [[zone]] for each zone");
    }
    for (const Item& element : member.value.elements) {
      if (problems_.size() > limits::kMaxProblems) return;
      if (!element.is(Item::Kind::kTable)) {
        problem({"[[zone]]", element.position}, fmt::format("is {}", element.kind_name()), "a table");
      } else {
        read_zone(element);
      }
    }
  }

  void read_zone(const Item& table) {
    Zone zone;
    zone.certificates.resize(1);  // the place of `certificate`, `key` and `ocsp`
    read_section(Section::kZone, table, &zone);
    check_pair(Section::kZone, table, "certificate", "key");
    check_pair(Section::kZone, table, "origin_client_certificate", "origin_client_key");
    if (find(table, "ocsp") != nullptr && find(table, "certificate") == nullptr) {
      problem(place_of(Section::kZone, "ocsp", position_of(table, "ocsp")), "has no certificate beside it");
    }
    if (zone.certificates.front().certificate.empty()) zone.certificates.erase(zone.certificates.begin());
    if (find(table, "hosts") == nullptr && !zone.name.empty()) zone.hosts = default_hosts(zone.name);
    claim_names(zone, table);
    config_.zones.push_back(std::move(zone));
  }

  void check_pair(Section section, const Item& table, std::string_view certificate, std::string_view key) {
    for (auto [given, other] : {std::pair(certificate, key), std::pair(key, certificate)}) {
      if (find(table, given) == nullptr || find(table, other) != nullptr) continue;
      problem(place_of(section, given, position_of(table, given)), "stands alone",
              fmt::format("{} beside it", other));
    }
  }

  static std::vector<std::string> default_hosts(const std::string& name) {
    if (name == "*" || is_address(name)) return {name};
    return {name, "*." + name};
  }

  void claim_names(const Zone& zone, const Item& table) {
    const Position name_position = position_of(table, "name");
    if (!zone.name.empty()) {
      auto [other, is_new] = zone_names_.try_emplace(zone.name, name_position.line);
      if (!is_new) {
        problem(place_of(Section::kZone, "name", name_position),
                fmt::format("the zone {} is already on line {}", shown(zone.name), other->second));
      }
    }
    const Member* hosts = find(table, "hosts");
    for (std::size_t i = 0; i < zone.hosts.size(); ++i) {
      // Where the list has problems of its own, its hosts and its elements do not pair up; then the list's
      // place serves.
      const bool paired = hosts != nullptr && hosts->value.elements.size() == zone.hosts.size();
      const Position position = paired ? hosts->value.elements[i].position
                                       : position_of(table, hosts != nullptr ? "hosts" : "name");
      auto [other, is_new] = hosts_.try_emplace(zone.hosts[i], position.line);
      if (is_new) continue;
      problem(place_of(Section::kZone, hosts != nullptr ? "hosts" : "name", position),
              fmt::format("the host {} is already taken on line {}", shown(zone.hosts[i]), other->second));
    }
  }

  void check_default_certificate_zone() {
    const std::string& name = config_.edge.default_certificate_zone;
    if (name.empty() || zone_names_.contains(name)) return;
    std::vector<std::string_view> names;
    for (const auto& [known, line] : zone_names_) names.push_back(known);
    problem(default_certificate_zone_, fmt::format("there is no zone {}", shown(name)), {},
            nearest_name(name, names));
  }

  void check_listeners(const Item& root) {
    if (!says(root, "control", "listen")) {
      if (auto taken = listeners_.find(config_.control.listen); taken != listeners_.end()) {
        problem(taken->second, fmt::format("{} is the address of [control] listen, which is not given",
                                           shown(config_.control.listen.text())));
      }
    }
    const auto& roles = config_.node.roles;
    if (!roles.empty() && std::ranges::find(roles, "edge") == roles.end()) return;
    if (says(root, "edge", "http") || says(root, "edge", "https")) return;
    const Member* edge = find(root, "edge");
    problem({"[edge]", edge != nullptr ? edge->key_position : Position{}}, "there is nothing to listen on",
            R"(http or https, such as http = ["0.0.0.0:80", "[::]:80"])");
  }

  void check_control(const Item& root) {
    for (const std::string& name : config_.node.name_servers) {
      if (!name.contains('*')) continue;
      const Member* node = find(root, "node");
      problem(place_of(Section::kNode, "name_servers", position_of(node->value, "name_servers")),
              fmt::format("{} is a wildcard", shown(name)), "the name of a server");
    }
    const Member* control = find(root, "control");
    if (control == nullptr || !control->value.is(Item::Kind::kTable)) return;
    check_pair(Section::kControl, control->value, "certificate", "key");
    const bool has_certificate = find(control->value, "certificate") != nullptr;
    if (has_certificate && !config_.control.needs_tls()) {
      problem(place_of(Section::kControl, "certificate", position_of(control->value, "certificate")),
              fmt::format("has no use: {} is served without TLS", config_.control.listen.text()),
              "listen on an address that other machines reach, or no certificate");
    }
  }

  void check_acme(const Item& root) {
    const Member* acme = find(root, "acme");
    if (acme == nullptr || !acme->value.is(Item::Kind::kTable)) return;
    check_pair(Section::kAcme, acme->value, "external_account", "external_account_key");
    const std::string& directory = config_.acme.directory;
    const bool is_url = directory.starts_with("https://") && directory.size() > 8 && directory[8] != '/' &&
                        directory.find_first_of(" \"#<>\\") == std::string::npos;
    if (!directory.empty() && !is_url) {
      problem(place_of(Section::kAcme, "directory", position_of(acme->value, "directory")),
              fmt::format("is {}", shown(directory)), R"(a URL such as "https://acme.example/directory")");
    }
    if (find(acme->value, "challenges") != nullptr && config_.acme.challenges.empty()) {
      problem(place_of(Section::kAcme, "challenges", position_of(acme->value, "challenges")),
              "is an empty list", "at least one way to prove that the names are yours");
    }
  }

  // Whether the text gives this key a value other than an empty list, be it a right one or not.
  static bool says(const Item& root, std::string_view section, std::string_view key) {
    const Member* table = find(root, section);
    const Member* member = table != nullptr ? find(table->value, key) : nullptr;
    return member != nullptr && !(member->value.is(Item::Kind::kArray) && member->value.elements.empty());
  }

  // --- values ---

  void read_key(const Key& key, const Member& member, void* target) {
    const Place place = place_of(key.section, key.name, member.key_position);
    if (auto value = convert(key, place, member.value)) key.store(target, *std::move(value));
  }

  std::optional<Value> convert(const Key& key, const Place& place, const Item& item) {
    switch (key.type) {
      case Type::kString: return text_of(key, place, item);
      case Type::kDirectory: return path_of(key, place, item);
      case Type::kFile: return file_of(key, place, item);
      case Type::kLogTarget: return log_target_of(key, place, item);
      case Type::kBoolean: return boolean_of(key, place, item);
      case Type::kInteger: return integer_of(key, place, item);
      case Type::kSize: return size_of(key, place, item);
      case Type::kRatio: return ratio_of(key, place, item);
      case Type::kDuration: return duration_of(key, place, item);
      case Type::kChoice: return choice_of(key, place, item);
      case Type::kAddress: return address_of(key, place, item);
      case Type::kOriginUrl: return origin_url_of(key, place, item);
      case Type::kZoneName: return zone_name_of(key, place, item);
      case Type::kCertificates: return certificates_of(key, place, item);
      case Type::kRules: return rules_of(key, place, item);
      case Type::kChoices:
        return list_of<std::string>(key, place, item, [&](const Place& at, const Item& element) {
          return choice_name_of(key, at, element);
        });
      case Type::kAddresses:
        return list_of<net::SocketAddress>(key, place, item, [&](const Place& at, const Item& element) {
          return address_of(key, at, element);
        });
      case Type::kNetworks:
        return list_of<net::IpNetwork>(key, place, item, [&](const Place& at, const Item& element) {
          return network_of(key, at, element);
        });
      case Type::kHosts:
        return list_of<std::string>(key, place, item, [&](const Place& at, const Item& element) {
          return host_of(key, at, element);
        });
      case Type::kFiles:
        return list_of<std::string>(key, place, item, [&](const Place& at, const Item& element) {
          return file_of(key, at, element);
        });
    }
    return std::nullopt;
  }

  std::nullopt_t wrong_kind(const Key& key, const Place& place, const Item& item) {
    problem(place, fmt::format("is {}", item.kind_name()), expected_text(key));
    return std::nullopt;
  }

  std::nullopt_t wrong_value(const Key& key, const Place& place, std::string_view value,
                             std::string_view what, std::string_view suggestion = {}) {
    problem(place, fmt::format("{} {}", value, what), expected_text(key), suggestion);
    return std::nullopt;
  }

  // The elements, where all of them are right and there is at least one.
  template <class T, class F>
  std::optional<Value> list_of(const Key& key, const Place& place, const Item& item, F element_of) {
    if (!item.is(Item::Kind::kArray)) return wrong_kind(key, place, item);
    if (item.elements.empty() && key.type == Type::kHosts)
      return wrong_value(key, place, "the list", "is empty");
    std::vector<T> elements;
    elements.reserve(item.elements.size());
    for (const Item& element : item.elements) {
      if (problems_.size() > limits::kMaxProblems) break;
      if (auto value = element_of(Place{place.key, element.position}, element))
        elements.push_back(*std::move(value));
    }
    return Value(std::move(elements));
  }

  // A string that is not empty and has no control characters.
  std::optional<std::string> text_of(const Key& key, const Place& place, const Item& item) {
    if (!item.is(Item::Kind::kString)) return wrong_kind(key, place, item);
    if (item.text.empty()) return wrong_value(key, place, "the string", "is empty");
    if (std::ranges::any_of(item.text,
                            [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
      return wrong_value(key, place, shown(item.text), "has a control character");
    }
    return item.text;
  }

  std::string from_directory(const std::string& path) const {
    return (directory_ / path).lexically_normal().string();
  }

  std::optional<std::string> path_of(const Key& key, const Place& place, const Item& item) {
    auto text = text_of(key, place, item);
    if (!text) return std::nullopt;
    return from_directory(*text);
  }

  std::optional<std::string> file_of(const Key& key, const Place& place, const Item& item) {
    auto path = path_of(key, place, item);
    if (path) config_.files.push_back({*path, place.key, item.position});
    return path;
  }

  std::optional<std::string> log_target_of(const Key& key, const Place& place, const Item& item) {
    auto text = text_of(key, place, item);
    if (!text || *text == "off" || *text == "stderr") return text;
    return from_directory(*text);
  }

  std::optional<bool> boolean_of(const Key& key, const Place& place, const Item& item) {
    if (!item.is(Item::Kind::kBoolean)) return wrong_kind(key, place, item);
    return item.boolean;
  }

  std::optional<std::uint64_t> in_range(const Key& key, const Place& place, std::string_view written,
                                        std::uint64_t number) {
    if (number < key.range.least) return wrong_value(key, place, written, "is too small");
    if (number > key.range.most) return wrong_value(key, place, written, "is too large");
    return number;
  }

  std::optional<std::uint64_t> integer_of(const Key& key, const Place& place, const Item& item) {
    if (!item.is(Item::Kind::kInteger)) return wrong_kind(key, place, item);
    const std::string written = std::to_string(item.integer);
    if (item.integer < 0) return wrong_value(key, place, written, "is negative");
    return in_range(key, place, written, static_cast<std::uint64_t>(item.integer));
  }

  std::optional<std::uint64_t> size_of(const Key& key, const Place& place, const Item& item) {
    if (!item.is(Item::Kind::kString)) return integer_of(key, place, item);
    const auto bytes = parse_size(item.text);
    if (!bytes) return wrong_value(key, place, shown(item.text), "is not a size");
    return in_range(key, place, shown(item.text), *bytes);
  }

  std::optional<double> ratio_of(const Key& key, const Place& place, const Item& item) {
    const bool is_integer = item.is(Item::Kind::kInteger);
    if (!is_integer && !item.is(Item::Kind::kFloat)) return wrong_kind(key, place, item);
    const double ratio = is_integer ? static_cast<double>(item.integer) : item.number;
    if (std::isnan(ratio) || ratio < 0 || ratio > 1)
      return wrong_value(key, place, fmt::format("{}", ratio), "is out of range");
    return ratio;
  }

  std::optional<std::chrono::milliseconds> duration_of(const Key& key, const Place& place, const Item& item) {
    if (!item.is(Item::Kind::kString)) return wrong_kind(key, place, item);
    const auto duration = parse_duration(item.text);
    if (!duration) return wrong_value(key, place, shown(item.text), "is not a duration");
    if (!in_range(key, place, shown(item.text), static_cast<std::uint64_t>(duration->count())))
      return std::nullopt;
    return duration;
  }

  // The name that `item` chooses; booleans are the choices "true" and "false".
  std::optional<std::string> choice_name_of(const Key& key, const Place& place, const Item& item) {
    const auto is_choice = [&](std::string_view name) {
      return std::ranges::find(key.choices, name) != key.choices.end();
    };
    if (item.is(Item::Kind::kBoolean) && is_choice("true")) return item.boolean ? "true" : "false";
    if (!item.is(Item::Kind::kString)) return wrong_kind(key, place, item);
    if (is_choice(item.text) && item.text != "true" && item.text != "false") return item.text;
    const std::string_view near = nearest_name(item.text, key.choices);
    return wrong_value(key, place, shown(item.text), "is none of the choices", near != item.text ? near : "");
  }

  std::optional<std::uint64_t> choice_of(const Key& key, const Place& place, const Item& item) {
    const auto name = choice_name_of(key, place, item);
    if (!name) return std::nullopt;
    return key.first_choice +
           static_cast<std::uint64_t>(std::ranges::find(key.choices, *name) - key.choices.begin());
  }

  // Every address in a configuration is one to listen on, and so may stand there only once.
  std::optional<net::SocketAddress> address_of(const Key& key, const Place& place, const Item& item) {
    const auto text = text_of(key, place, item);
    if (!text) return std::nullopt;
    auto address = net::SocketAddress::parse(*text);
    if (!address) return wrong_value(key, place, shown(*text), "is not an address with a port");
    if (address->is_unix()) {
      address = net::SocketAddress::unix_path(from_directory(address->path()));
      if (address->path().size() >= sizeof(sockaddr_un::sun_path)) {
        return wrong_value(key, place, shown(*text), "is longer than a Unix socket's path may be");
      }
    } else if (address->port() == 0) {
      return wrong_value(key, place, shown(*text), "has no port from 1 to 65535");
    }
    auto [other, is_new] = listeners_.try_emplace(*address, place);
    if (is_new) return address;
    problem(place, fmt::format("{} is already taken by {} on line {}", shown(*text), other->second.key,
                               other->second.position.line));
    return std::nullopt;
  }

  std::optional<net::IpNetwork> network_of(const Key& key, const Place& place, const Item& item) {
    const auto text = text_of(key, place, item);
    if (!text) return std::nullopt;
    auto network = net::IpNetwork::parse(*text);
    if (!network)
      return wrong_value(key, place, shown(*text), "is not a network (bits after the prefix must be 0)");
    return network;
  }

  std::optional<std::string> host_of(const Key& key, const Place& place, const Item& item) {
    const auto text = text_of(key, place, item);
    if (!text) return std::nullopt;
    auto host = parse_host_pattern(*text);
    if (!host) return wrong_value(key, place, shown(*text), host.error());
    return *std::move(host);
  }

  std::optional<std::string> zone_name_of(const Key& key, const Place& place, const Item& item) {
    if (key.section == Section::kEdge) default_certificate_zone_ = place;
    if (item.is(Item::Kind::kString) && item.text == "*") return "*";
    const auto text = text_of(key, place, item);
    if (!text) return std::nullopt;
    auto name = parse_host_name(*text);
    if (!name) return wrong_value(key, place, shown(*text), name.error());
    return *std::move(name);
  }

  std::optional<OriginUrl> origin_url_of(const Key& key, const Place& place, const Item& item) {
    const auto text = text_of(key, place, item);
    if (!text) return std::nullopt;
    auto url = parse_origin_url(*text);
    if (!url) return wrong_value(key, place, shown(*text), url.error());
    return *std::move(url);
  }

  // What a rule says is not read here.
  std::optional<std::vector<Rule>> rules_of(const Key& key, const Place& place, const Item& item) {
    if (!item.is(Item::Kind::kArray)) return wrong_kind(key, place, item);
    std::vector<Rule> rules;
    for (const Item& element : item.elements) {
      if (problems_.size() > limits::kMaxProblems) break;
      const Place at{"[[zone.rule]]", element.position};
      if (!element.is(Item::Kind::kTable)) {
        wrong_kind(key, at, element);
      } else if (auto json = json_text(element)) {
        rules.push_back({*std::move(json), element});
      } else {
        problem(at, "has a time, or a number without end, among its values", "strings and numbers");
      }
    }
    return rules;
  }

  std::optional<std::vector<Certificate>> certificates_of(const Key& key, const Place& place,
                                                          const Item& item) {
    if (!item.is(Item::Kind::kArray)) return wrong_kind(key, place, item);
    std::vector<Certificate> certificates;
    for (const Item& element : item.elements) {
      if (problems_.size() > limits::kMaxProblems) break;
      if (!element.is(Item::Kind::kTable)) {
        wrong_kind(key, {place.key, element.position}, element);
        continue;
      }
      read_section(Section::kZoneCertificates, element, &certificates.emplace_back());
    }
    return certificates;
  }

  std::string file_;
  std::filesystem::path directory_;
  Config& config_;
  std::vector<Problem> problems_;
  std::map<net::SocketAddress, Place> listeners_;
  std::map<std::string, std::uint32_t> zone_names_;  // to the line of each
  std::map<std::string, std::uint32_t> hosts_;
  Place default_certificate_zone_;
};

// The bytes of a file, as many as a configuration may have and one more; or an errno.
std::expected<std::string, int> file_text(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(errno);
  std::string text;
  int error = 0;
  while (text.size() <= limits::kMaxTextBytes) {
    char block[16 * 1024];
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = errno;
    if (got <= 0) break;
    text.append(block, static_cast<std::size_t>(got));
  }
  ::close(fd);
  if (error != 0) return std::unexpected(error);
  return text;
}

// 0, or the errno that stands between us and the file's content.
int reading_error(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO must not hold us up
  if (fd < 0) return errno;
  struct stat status{};
  const int error = ::fstat(fd, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  ::close(fd);
  return error;
}

}  // namespace

std::expected<Config, std::vector<Problem>> read(std::string_view toml_text, std::string_view file_name) {
  auto document = parse_document(toml_text);
  if (!document) {
    document.error().file = file_name;
    return std::unexpected(std::vector{std::move(document.error())});
  }
  Config config;
  config.path = file_name;
  Reader reader(file_name, config);
  reader.read_document(*document);
  if (auto problems = reader.take_problems(); !problems.empty()) return std::unexpected(std::move(problems));
  return config;
}

std::expected<Config, std::vector<Problem>> read_file(const std::string& path) {
  const auto text = file_text(path);
  if (!text)
    return std::unexpected(std::vector{
        Problem{.file = path, .what = std::string("cannot be read: ") + ::strerror(text.error())}});
  return read(*text, path);
}

std::vector<Problem> check_files(const Config& config) {
  std::vector<Problem> problems;
  for (const NamedFile& file : config.files) {
    const int error = reading_error(file.path);
    if (error == 0) continue;
    problems.push_back({.file = config.path,
                        .position = file.position,
                        .key = file.key,
                        .what = fmt::format("{} cannot be read: {}", shown(file.path), ::strerror(error))});
  }
  return problems;
}

std::expected<Config, Problem> before_origin(std::string_view url, std::string data_dir) {
  auto origin = parse_origin_url(url);
  if (!origin) {
    return std::unexpected(Problem{.file = "--origin",
                                   .what = fmt::format("{} {}", shown(url), origin.error()),
                                   .expected = expected_text(*find_key(Section::kZone, "origin"))});
  }
  Config config;
  config.node.data_dir = std::move(data_dir);
  for (const net::IpAddress& any : {net::IpAddress::v4(0), net::IpAddress()}) {
    config.edge.http.emplace_back(any, 8080);
    config.edge.https.emplace_back(any, 8443);
  }
  Zone zone;
  zone.name = "*";
  zone.hosts = {"*"};
  // A server elsewhere serves its own name, not "localhost:8080"; one on this machine is being developed
  // under any.
  const bool is_elsewhere =
      !origin->host.empty() && origin->host != "localhost" && !net::IpAddress::parse(origin->host);
  if (is_elsewhere) zone.origin_host = origin->host;
  zone.origin = *std::move(origin);
  config.zones.push_back(std::move(zone));
  return config;
}

}  // namespace brink::config
