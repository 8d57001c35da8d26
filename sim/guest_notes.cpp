#include "sim/guest_notes.h"

namespace pmx::sim {
namespace {

/// Each writer adds one paragraph of a kind that real notes hold.
using Writer = std::string (*)(const Inventory&, Dice&, Planted*);

std::string contact(const Inventory& inventory, Dice& dice, Planted* planted) {
  const Person who = person(dice);
  return "Owner: " + plant(planted, "person", who.full()) + " <" +
         plant(planted, "email", who.email(inventory.company().domain)) + ">, phone " +
         plant(planted, "phone", phone(dice)) + "\n";
}

std::string login(const Inventory&, Dice& dice, Planted* planted) {
  return "admin login: administrator / password: " + plant(planted, "secret", password(dice)) +
         "\n";
}

std::string database(const Inventory& inventory, Dice& dice, Planted* planted) {
  const std::string host = "db" + std::to_string(dice.between(10, 99)) + ".corp." +
                           std::string(inventory.company().domain);
  return "DSN postgres://svc_app:" + plant(planted, "secret", password(dice)) + "@" +
         plant(planted, "hostname", host) + ":5432/main\n";
}

std::string customer_note(const Inventory&, Dice& dice, Planted* planted) {
  const std::string name(customer(dice));
  return "Customer **" + plant(planted, "customer", name) + "**, contract " +
         plant(planted, "contract", "V-" + std::to_string(dice.between(200100, 998999))) +
         ", do not restart during business hours.\n";
}

std::string api_key(const Inventory&, Dice& dice, Planted* planted) {
  return "Backup monitoring: API_KEY=" + plant(planted, "secret", "sk_live_" + dice.hex(32)) + "\n";
}

std::string address(const Inventory& inventory, Dice& dice, Planted* planted) {
  const std::string ip = "192.168." + std::to_string(dice.between(1, 250)) + "." +
                         std::to_string(dice.between(2, 250));
  const std::string host = "ilo-" + dice.hex(6) + "." + std::string(inventory.company().domain);
  return "Out of band: https://" + plant(planted, "hostname", host) + " (" +
         plant(planted, "ip", ip) + ")\n";
}

constexpr Writer kWriters[] = {contact, login, database, customer_note, api_key, address};

}  // namespace

std::string guest_notes(const Inventory& inventory, const GuestState& guest, Planted* planted) {
  Dice dice(inventory.seed(), "notes", guest_index(guest));
  if (dice.chance(35)) return "";
  std::string notes = "# Maintenance\n\n";
  const int paragraphs = dice.between(1, 4);
  const std::size_t first = dice.below(std::size(kWriters));
  for (int i = 0; i < paragraphs; ++i) {
    const std::size_t turn = (first + static_cast<std::size_t>(i)) % std::size(kWriters);
    notes += kWriters[turn](inventory, dice, planted) + "\n";
  }
  return notes;
}

}  // namespace pmx::sim
