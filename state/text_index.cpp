#include "state/text_index.h"

#include <cstdlib>

#include "state/sqlite.h"

namespace pmx::state {
namespace {

constexpr const char* kCreate =
    "CREATE VIRTUAL TABLE texts USING fts5(title, keywords, place, details,"
    " tokenize = 'porter unicode61')";
constexpr const char* kInsert =
    "INSERT INTO texts (rowid, title, keywords, place, details) VALUES (?, ?, ?, ?, ?)";
// The score is negative, the best the lowest. As text: a statement gives integers and text.
constexpr const char* kFind =
    "SELECT rowid, CAST(bm25(texts, 8.0, 5.0, 3.0, 1.0) AS TEXT) FROM texts WHERE texts MATCH ?"
    " ORDER BY bm25(texts, 8.0, 5.0, 3.0, 1.0), rowid LIMIT ?";

/// An FTS5 query for any of the words. Quoted, so that none of them is an operator.
std::string any_of(const std::vector<std::string>& words) {
  std::string query;
  for (const std::string& word : words) {
    std::string plain;
    for (const char c : word) plain += c == '"' || c == '\0' ? ' ' : c;
    query += (query.empty() ? "\"" : " OR \"") + plain + "\"";
  }
  return query;
}

}  // namespace

TextIndex::TextIndex(std::unique_ptr<Db> db) : db_(std::move(db)) {}
TextIndex::~TextIndex() = default;

Result<std::unique_ptr<TextIndex>> TextIndex::build(const std::vector<IndexedText>& texts) {
  PMX_TRY(auto db, Db::open(":memory:"));
  {
    const auto lock = db->lock();
    PMX_TRY_VOID(db->execute(kCreate));
    PMX_TRY(Transaction transaction, Transaction::begin(*db, Durability::kProcess));
    PMX_TRY(Statement insert, db->prepare(kInsert));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const IndexedText& text = texts[i];
      PMX_TRY_VOID(insert.run(i, text.title, text.keywords, text.place, text.details));
    }
    PMX_TRY_VOID(transaction.commit());
  }
  return std::unique_ptr<TextIndex>(new TextIndex(std::move(db)));
}

Result<std::vector<TextHit>> TextIndex::find(const std::vector<std::string>& words, int limit) {
  std::vector<TextHit> hits;
  if (words.empty()) return hits;
  const auto lock = db_->lock();
  PMX_TRY(Statement find, db_->prepare(kFind));
  find.bind(any_of(words), limit);
  while (true) {
    PMX_TRY(const bool more, find.step());
    if (!more) return hits;
    const double rank = std::strtod(std::string(find.text(1)).c_str(), nullptr);
    hits.push_back({static_cast<std::size_t>(find.integer(0)), -rank});
  }
}

}  // namespace pmx::state
