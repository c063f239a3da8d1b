using System.Buffers;

namespace MmapIo;

/// <summary>One link of a map's <see cref="ReadOnlySequence{T}"/>.</summary>
internal sealed class MappedSegment : ReadOnlySequenceSegment<byte>
{
    /// <summary>Spans end at 2 GiB; a power of two below keeps every segment but the last aligned.</summary>
    public const int MaxLength = 1 << 30;

    private MappedSegment(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    /// <summary>Chains up a range of a map. No byte is looked at: should the map have become shorter, whoever does learns
    /// that.</summary>
    public static ReadOnlySequence<byte> Chain(MemoryMap map, long offset, long length, int segmentLength)
    {
        if (length == 0)
        {
            return ReadOnlySequence<byte>.Empty;
        }
        MappedSegment? first = null;
        MappedSegment? last = null;
        for (long done = 0; done < length; done += segmentLength)
        {
            int part = (int)Math.Min(segmentLength, length - done);
            var memory = new MappedMemory(map, offset + done, part, forWriting: false);
            var next = new MappedSegment(memory.Memory, done);
            if (last is null)
            {
                first = next;
            }
            else
            {
                last.Next = next;
            }
            last = next;
        }
        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }
}
