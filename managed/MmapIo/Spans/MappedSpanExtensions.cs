namespace MmapIo;

/// <summary>
/// Searching, counting and comparing in mapped spans: over the whole length, in the framework's own vectorised code. For elements
/// that can be compared, which is why these are not members.
/// </summary>
public static unsafe class MappedSpanExtensions
{
    /// <summary>Finds a value.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="span">The span to search.</param>
    /// <param name="value">The value to find.</param>
    /// <returns>The index of the first one; -1 if there is none.</returns>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public static long IndexOf<T>(this MappedReadOnlySpan<T> span, T value)
        where T : unmanaged, IEquatable<T> => LongSpan.IndexOf(span.Pointer, span.Length, value);

    /// <inheritdoc cref="IndexOf{T}(MappedReadOnlySpan{T}, T)"/>
    public static long IndexOf<T>(this MappedSpan<T> span, T value)
        where T : unmanaged, IEquatable<T> => span.AsReadOnly().IndexOf(value);

    /// <summary>Is a value among them?</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="span">The span to search.</param>
    /// <param name="value">The value to find.</param>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public static bool Contains<T>(this MappedReadOnlySpan<T> span, T value)
        where T : unmanaged, IEquatable<T> => span.IndexOf(value) >= 0;

    /// <inheritdoc cref="Contains{T}(MappedReadOnlySpan{T}, T)"/>
    public static bool Contains<T>(this MappedSpan<T> span, T value)
        where T : unmanaged, IEquatable<T> => span.AsReadOnly().IndexOf(value) >= 0;

    /// <summary>Counts the elements that have a value.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="span">Where.</param>
    /// <param name="value">What.</param>
    /// <returns>How many there are, from 0 to the length.</returns>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public static long Count<T>(this MappedReadOnlySpan<T> span, T value)
        where T : unmanaged, IEquatable<T> => LongSpan.Count(span.Pointer, span.Length, value);

    /// <inheritdoc cref="Count{T}(MappedReadOnlySpan{T}, T)"/>
    public static long Count<T>(this MappedSpan<T> span, T value)
        where T : unmanaged, IEquatable<T> => span.AsReadOnly().Count(value);

    /// <summary>Are all elements of both equal?</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="span">The one span.</param>
    /// <param name="other">What it is compared with.</param>
    /// <exception cref="ObjectDisposedException">A lease has ended.</exception>
    public static bool SequenceEqual<T>(this MappedReadOnlySpan<T> span, MappedReadOnlySpan<T> other)
        where T : unmanaged, IEquatable<T> =>
        LongSpan.SequenceEqual(span.Pointer, span.Length, other.Pointer, other.Length);

    /// <inheritdoc cref="SequenceEqual{T}(MappedReadOnlySpan{T}, MappedReadOnlySpan{T})"/>
    public static bool SequenceEqual<T>(this MappedSpan<T> span, MappedReadOnlySpan<T> other)
        where T : unmanaged, IEquatable<T> => span.AsReadOnly().SequenceEqual(other);

    /// <summary>Finds a value among sorted ones.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="span">Where; sorted in ascending order.</param>
    /// <param name="value">The value to find.</param>
    /// <returns>The index of one that is equal; else the complement (~) of the index of the first larger one.</returns>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public static long BinarySearch<T>(this MappedReadOnlySpan<T> span, T value)
        where T : unmanaged, IComparable<T> => LongSpan.BinarySearch(span.Pointer, span.Length, value);

    /// <inheritdoc cref="BinarySearch{T}(MappedReadOnlySpan{T}, T)"/>
    public static long BinarySearch<T>(this MappedSpan<T> span, T value)
        where T : unmanaged, IComparable<T> => span.AsReadOnly().BinarySearch(value);
}
