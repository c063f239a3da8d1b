namespace MmapIo;

/// <summary>
/// Searching and comparing mapped arrays: over the whole length, in the framework's own vectorised code. For elements
/// that can be compared, which is why these are not members. Each holds a lease meanwhile, which keeps the array from
/// being resized.
/// </summary>
public static class MappedArrayExtensions
{
    /// <summary>Finds a value.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="array">The array to search.</param>
    /// <param name="value">The value to find.</param>
    /// <returns>The index of the first one; -1 if there is none.</returns>
    /// <exception cref="UnauthorizedAccessException">The array is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back all of it: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public static long IndexOf<T>(this MappedArray<T> array, T value)
        where T : unmanaged, IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(array);
        using MapLease lease = array.LeaseForRead();
        return lease.As<T>().IndexOf(value);
    }

    /// <summary>Is a value among them?</summary>
    /// <inheritdoc cref="IndexOf{T}(MappedArray{T}, T)" path="/*[not(self::returns) and not(self::summary)]"/>
    public static bool Contains<T>(this MappedArray<T> array, T value)
        where T : unmanaged, IEquatable<T> => array.IndexOf(value) >= 0;

    /// <summary>Are all elements of both equal?</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="array">The one array.</param>
    /// <param name="other">What it is compared with.</param>
    /// <exception cref="UnauthorizedAccessException">An array is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back all of it: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">An array is closed.</exception>
    public static bool SequenceEqual<T>(this MappedArray<T> array, MappedArray<T> other)
        where T : unmanaged, IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentNullException.ThrowIfNull(other);
        using MapLease lease = array.LeaseForRead();
        using MapLease otherLease = other.LeaseForRead();
        return lease.As<T>().SequenceEqual(otherLease.As<T>());
    }

    /// <summary>Are all elements equal to those of a span?</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="array">The one array.</param>
    /// <param name="other">What it is compared with.</param>
    /// <exception cref="UnauthorizedAccessException">The array is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back all of it: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed, or the span's lease has ended.</exception>
    public static bool SequenceEqual<T>(this MappedArray<T> array, MappedReadOnlySpan<T> other)
        where T : unmanaged, IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(array);
        using MapLease lease = array.LeaseForRead();
        return lease.As<T>().SequenceEqual(other);
    }

    /// <summary>Finds a value among sorted ones.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="array">Where; sorted in ascending order.</param>
    /// <param name="value">The value to find.</param>
    /// <returns>The index of one that is equal; else the complement (~) of the index of the first larger one.</returns>
    /// <exception cref="UnauthorizedAccessException">The array is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back all of it: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public static long BinarySearch<T>(this MappedArray<T> array, T value)
        where T : unmanaged, IComparable<T>
    {
        ArgumentNullException.ThrowIfNull(array);
        using MapLease lease = array.LeaseForRead();
        return lease.As<T>().BinarySearch(value);
    }
}
