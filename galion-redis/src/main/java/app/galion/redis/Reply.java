package app.galion.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the server answered, as a list. An answer that is no list is a list of one, so that {@code
 * reply.integer(0)} reads a script's only number as well as its first. Immutable as long as nobody
 * writes into the arrays of {@link #bytes(int)}.
 */
public final class Reply {

  static final Reply EMPTY = new Reply(new Object[0]);

  private final @Nullable Object[] items;

  /* Elements are Long, byte[], Reply or null. */
  Reply(@Nullable Object[] items) {
    this.items = items;
  }

  /**
   * Returns how many elements there are.
   *
   * @return at least 0
   */
  public int size() {
    return items.length;
  }

  /**
   * Returns whether an element is there and not null.
   *
   * @param index which element, from 0
   * @return false for a null element and beyond the end
   */
  public boolean has(int index) {
    return index >= 0 && index < items.length && items[index] != null;
  }

  /**
   * Returns an element as a number.
   *
   * @param index which element, from 0
   * @return the number, also where the server sent its decimal digits
   * @throws IllegalStateException if the element is null, a list or no number
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public long integer(int index) {
    Object item = item(index);
    if (item instanceof Long number) {
      return number;
    }
    if (item instanceof byte[] digits) {
      try {
        return Long.parseLong(new String(digits, UTF_8));
      } catch (NumberFormatException e) {
        throw new IllegalStateException(wrong(index, "no integer"), e);
      }
    }
    throw new IllegalStateException(wrong(index, "no integer"));
  }

  /**
   * Returns an element as bytes.
   *
   * @param index which element, from 0
   * @return the bytes, which are not copied; a number's decimal digits; null for a null element
   * @throws IllegalStateException if the element is a list
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public byte @Nullable [] bytes(int index) {
    Object item = item(index);
    if (item == null) {
      return null;
    }
    if (item instanceof byte[] bytes) {
      return bytes;
    }
    if (item instanceof Long number) {
      return Long.toString(number).getBytes(UTF_8);
    }
    throw new IllegalStateException(wrong(index, "no string"));
  }

  /**
   * Returns an element as text, read as UTF-8.
   *
   * @param index which element, from 0
   * @return the text
   * @throws IllegalStateException if the element is null or a list
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public String text(int index) {
    byte[] bytes = bytes(index);
    if (bytes == null) {
      throw new IllegalStateException(wrong(index, "no string"));
    }
    return new String(bytes, UTF_8);
  }

  /**
   * Returns an element that is a list itself.
   *
   * @param index which element, from 0
   * @return the list
   * @throws IllegalStateException if the element is null or no list
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public Reply list(int index) {
    if (item(index) instanceof Reply list) {
      return list;
    }
    throw new IllegalStateException(wrong(index, "no list"));
  }

  private @Nullable Object item(int index) {
    return items[Objects.checkIndex(index, items.length)];
  }

  private String wrong(int index, String what) {
    return "element " + index + " of " + this + " is " + what;
  }

  /** Shows the shape and the numbers; of strings only how long they are. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("[");
    for (int i = 0; i < items.length; i++) {
      Object item = items[i];
      out.append(i == 0 ? "" : ", ")
          .append(item instanceof byte[] bytes ? "string of " + bytes.length + " bytes" : item);
    }
    return out.append(']').toString();
  }
}
