using CsCheck;

namespace MmapIo.Tests;

/// <summary>Searching, comparing and copying give what the framework's own spans give, whatever is in them.</summary>
public sealed class MappedSpanModelTests
{
    /// <summary>Few values, so that they are found, and found twice.</summary>
    private static readonly Gen<int[]> s_numbers = Gen.Int[-3, 12].Array[0, 200];

    [Fact]
    public void Searching_finds_what_a_span_finds() =>
        Gen.Select(s_numbers, Gen.Int[-4, 13]).Sample((numbers, wanted) =>
        {
            using MemoryMap map = MapOf(numbers);
            using MapWriteLease lease = map.LeaseForWrite(0, numbers.Length * sizeof(int));
            MappedSpan<int> span = lease.As<int>();
            int index = numbers.AsSpan().IndexOf(wanted);
            return span.IndexOf(wanted) == index && span.AsReadOnly().IndexOf(wanted) == index
                && span.Contains(wanted) == (index >= 0) && span.AsReadOnly().Contains(wanted) == (index >= 0)
                && span.Count(wanted) == numbers.Count(each => each == wanted)
                && span.AsReadOnly().Count(wanted) == span.Count(wanted);
        });

    [Fact]
    public void Sorted_values_are_found_or_their_place_is() =>
        Gen.Select(s_numbers, Gen.Int[-4, 13]).Sample((numbers, wanted) =>
        {
            Array.Sort(numbers);
            using MemoryMap map = MapOf(numbers);
            using MapWriteLease lease = map.LeaseForWrite(0, numbers.Length * sizeof(int));
            long found = lease.As<int>().BinarySearch(wanted);
            return found == lease.As<int>().AsReadOnly().BinarySearch(wanted)
                && (found >= 0
                    ? numbers[found] == wanted
                    : ~found == numbers.Count(each => each < wanted) && !numbers.Contains(wanted));
        });

    [Fact]
    public void Sequences_are_equal_when_all_their_elements_are() =>
        Gen.Select(s_numbers, Gen.Int[0, 199], Gen.Int[0, 2]).Sample((numbers, place, change) =>
        {
            int[] other = change == 2 ? [.. numbers, 0] : [.. numbers];
            if (change == 1 && place < other.Length)
            {
                other[place]++;
            }
            using MemoryMap one = MapOf(numbers);
            using MemoryMap two = MapOf(other);
            using MapLease left = one.Lease(0, numbers.Length * sizeof(int));
            using MapWriteLease right = two.LeaseForWrite(0, other.Length * sizeof(int));
            bool equal = numbers.AsSpan().SequenceEqual(other);
            return left.As<int>().SequenceEqual(right.As<int>()) == equal
                && right.As<int>().SequenceEqual(left.As<int>()) == equal;
        });

    [Fact]
    public void Pieces_and_slices_and_copies_put_together_are_the_whole() =>
        Gen.Select(s_numbers, Gen.Int[1, 70], Gen.Int[0, 200], Gen.Int[0, 200]).Sample((numbers, step, start, length) =>
        {
            start = Math.Min(start, numbers.Length);
            length = Math.Min(length, numbers.Length - start);
            int[] expected = numbers.AsSpan(start, length).ToArray();
            using MemoryMap map = MapOf(numbers);
            using MapWriteLease lease = map.LeaseForWrite();
            MappedSpan<int> slice = lease.As<int>().Slice(start, length);
            List<int> collected = [];
            foreach (ReadOnlySpan<int> piece in slice.AsReadOnly().Chunks(step))
            {
                collected.AddRange(piece);
            }
            List<int> again = [];
            foreach (Span<int> piece in slice.Chunks(step))
            {
                again.AddRange(piece);
            }
            int[] copied = new int[length + 1];
            slice.CopyTo(copied);
            return collected.SequenceEqual(expected) && again.SequenceEqual(expected)
                && slice.Span(0, length).SequenceEqual(expected) && copied.AsSpan(0, length).SequenceEqual(expected);
        });

    [Fact]
    public void Filling_a_slice_leaves_its_neighbours() =>
        Gen.Select(s_numbers, Gen.Int[0, 200], Gen.Int[0, 200]).Sample((numbers, start, length) =>
        {
            start = Math.Min(start, numbers.Length);
            length = Math.Min(length, numbers.Length - start);
            using MemoryMap map = MapOf(numbers);
            using MapWriteLease lease = map.LeaseForWrite(0, numbers.Length * sizeof(int));
            lease.As<int>().Slice(start, length).Fill(77);
            numbers.AsSpan(start, length).Fill(77);
            return lease.As<int>().Span(0, numbers.Length).SequenceEqual(numbers);
        });

    private static MemoryMap MapOf(int[] numbers)
    {
        MemoryMap map = MemoryMap.CreateAnonymous(Math.Max(1, numbers.Length * sizeof(int)));
        for (int i = 0; i < numbers.Length; i++)
        {
            map.Write(i * sizeof(int), numbers[i]);
        }
        return map;
    }
}
