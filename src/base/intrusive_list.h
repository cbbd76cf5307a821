// A doubly linked list whose links live in the elements: no allocation, O(1) removal from anywhere.
// An element derives from ListHook<Tag> once per list it can be on, and must leave the list before it dies
// (its destructor unlinks it). Not thread-safe; elements do not move.
#pragma once

namespace brink {

template <class Tag = void>
class ListHook {
 public:
  ListHook() = default;
  ListHook(const ListHook&) = delete;
  ListHook& operator=(const ListHook&) = delete;
  ~ListHook() { unlink(); }

  [[nodiscard]] bool is_linked() const { return next_ != nullptr; }
  void unlink() {
    if (next_ == nullptr) return;
    prev_->next_ = next_;
    next_->prev_ = prev_;
    next_ = prev_ = nullptr;
  }

 private:
  template <class, class>
  friend class IntrusiveList;
  ListHook* next_ = nullptr;
  ListHook* prev_ = nullptr;
};

template <class T, class Tag = void>
class IntrusiveList {
  using Hook = ListHook<Tag>;

 public:
  IntrusiveList() { root_.next_ = root_.prev_ = &root_; }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    while (!empty()) front().Hook::unlink();
    root_.next_ = root_.prev_ = nullptr;
  }

  [[nodiscard]] bool empty() const { return root_.next_ == &root_; }
  [[nodiscard]] T& front() { return *static_cast<T*>(root_.next_); }
  [[nodiscard]] T& back() { return *static_cast<T*>(root_.prev_); }

  void push_back(T& element) { insert_before(root_, element); }
  void push_front(T& element) { insert_before(*root_.next_, element); }

  // The first element, taken off the list; nullptr where it is empty.
  [[nodiscard]] T* pop_front() {
    if (empty()) return nullptr;
    T& element = front();
    static_cast<Hook&>(element).unlink();
    return &element;
  }

  // Moves all of `other` to the end of this list.
  void splice_back(IntrusiveList& other) {
    if (other.empty()) return;
    Hook* first = other.root_.next_;
    Hook* last = other.root_.prev_;
    other.root_.next_ = other.root_.prev_ = &other.root_;
    first->prev_ = root_.prev_;
    root_.prev_->next_ = first;
    last->next_ = &root_;
    root_.prev_ = last;
  }

  // Calls f(element) for each; f may unlink the element it is given.
  template <class F>
  void for_each(F f) {
    for (Hook* hook = root_.next_; hook != &root_;) {
      Hook* next = hook->next_;
      f(*static_cast<T*>(hook));
      hook = next;
    }
  }

 private:
  static void insert_before(Hook& place, T& element) {
    Hook& hook = element;
    hook.prev_ = place.prev_;
    hook.next_ = &place;
    place.prev_->next_ = &hook;
    place.prev_ = &hook;
  }

  Hook root_;
};

}  // namespace brink
