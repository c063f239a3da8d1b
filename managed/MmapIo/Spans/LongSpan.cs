using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// The framework's span methods over more elements than a span can have: piece by piece. The callers have checked
/// ranges, and hold a lease.
/// </summary>
internal static unsafe class LongSpan
{
    /// <summary>The most elements of one piece: as many as a span may have, in bytes.</summary>
    private static int PieceOf<T>()
        where T : unmanaged => MappedSegment.MaxLength / sizeof(T);

    public static void CheckRange(long start, long length, long available)
    {
        if (start < 0 || start > available || length < 0 || length > available - start)
        {
            RefuseRange(start, length, available);
        }
    }

    /// <summary>
    /// Says why an element cannot be had. A throw and nothing else, and not marked as not to be inlined: that is how the
    /// compiler sees that it does not return, and loops around it can keep what they need in registers.
    /// </summary>
    [DoesNotReturn]
    public static void RefuseElement(long index, long available) => throw WhyNoElement(index, available);

    /// <summary>There is no such one, or else the lease has ended.</summary>
    private static Exception WhyNoElement(long index, long available) => (ulong)index < (ulong)available
        ? MapErrors.LeaseEnded("MappedSpan")
        : new ArgumentOutOfRangeException(nameof(index), index, $"There are {available} elements.");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RefuseRange(long start, long length, long available)
    {
        if (start < 0 || start > available)
        {
            MapErrors.ThrowRange(nameof(start), start, $"There are {available} elements.");
        }
        MapErrors.ThrowRange(nameof(length), length, $"There are {available - start} elements from there.");
    }

    public static long IndexOf<T>(T* data, long length, T value)
        where T : unmanaged, IEquatable<T>
    {
        for (long done = 0; done < length; done += PieceOf<T>())
        {
            int found = Piece(data, length, done).IndexOf(value);
            if (found >= 0)
            {
                return done + found;
            }
        }
        return -1;
    }

    public static long Count<T>(T* data, long length, T value)
        where T : unmanaged, IEquatable<T>
    {
        long count = 0;
        for (long done = 0; done < length; done += PieceOf<T>())
        {
            count += Piece(data, length, done).Count(value);
        }
        return count;
    }

    public static bool SequenceEqual<T>(T* data, long length, T* other, long otherLength)
        where T : unmanaged, IEquatable<T>
    {
        if (length != otherLength)
        {
            return false;
        }
        for (long done = 0; done < length; done += PieceOf<T>())
        {
            if (!Piece(data, length, done).SequenceEqual(Piece(other, length, done)))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The ranges may overlap.</summary>
    public static void Copy<T>(T* from, T* to, long length)
        where T : unmanaged => Buffer.MemoryCopy(from, to, length * sizeof(T), length * sizeof(T));

    public static void Fill<T>(T* data, long length, T value)
        where T : unmanaged
    {
        for (long done = 0; done < length; done += PieceOf<T>())
        {
            Piece(data, length, done).Fill(value);
        }
    }

    /// <summary>As Array.BinarySearch: the complement of where the value would go, if it is not found.</summary>
    public static long BinarySearch<T>(T* data, long length, T value)
        where T : unmanaged, IComparable<T>
    {
        long low = 0;
        long high = length - 1;
        while (low <= high)
        {
            long middle = low + ((high - low) >> 1);
            int order = value.CompareTo(data[middle]);
            if (order == 0)
            {
                return middle;
            }
            if (order > 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }
        return ~low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Span<T> Piece<T>(T* data, long length, long from)
        where T : unmanaged => new(data + from, (int)Math.Min(PieceOf<T>(), length - from));
}
