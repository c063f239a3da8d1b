using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// One end of a ring: the producer, who is given what is free, or the consumer, who is given what was written. For one
/// user at a time, but for <see cref="Close"/>, which anybody may call.
/// </summary>
internal sealed unsafe class RingEnd(RingMemory memory, bool writes)
{
    // The states. A span that is out keeps the memory mapped; one that is empty is not out.
    private const int Idle = 0;
    private const int Out = 1;
    private const int Closed = 2;

    /// <summary>Stands for a length where no span was given since the last one ended.</summary>
    private const int None = -1;

    private readonly long* _own = writes ? memory.Written : memory.Read;
    private readonly long* _others = writes ? memory.Read : memory.Written;
    private int _state;

    // The span that was given last: how long it is, and where it begins.
    private int _given = None;
    private long _position;

    public bool IsClosed => (Volatile.Read(ref _state) & Closed) != 0;

    /// <summary>May somebody be using a span?</summary>
    public bool IsOut => (Volatile.Read(ref _state) & Out) != 0;

    /// <summary>Gives all there is, in place of what was given before.</summary>
    /// <returns>The first byte; null for an empty span.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Take(out int length)
    {
        ObjectDisposedException.ThrowIf(
            (Interlocked.CompareExchange(ref _state, Out, Idle) & Closed) != 0, typeof(MapRingBuffer));
        long own = *_own;
        long others = Volatile.Read(ref *_others);
        long used = writes ? memory.Used(own, others) : memory.Used(others, own);
        if (used < 0)
        {
            _given = None;
            PutBack();
            memory.ThrowSpoilt();
        }
        length = (int)Math.Min(writes ? memory.Capacity - used : used, int.MaxValue);
        _given = length;
        _position = own;
        if (length == 0)
        {
            PutBack();
            return null;
        }
        return memory.At(own);
    }

    /// <summary>Moves on by some bytes of the span, and ends it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Finish(int count)
    {
        int given = _given;
        if ((uint)count > (uint)given || given < 0)
        {
            Refuse(count, given);
        }
        _given = None;
        if (given == 0)
        {
            return;
        }
        bool isSound = memory.IsSound && *_own == _position;
        if (isSound)
        {
            Volatile.Write(ref *_own, _position + count);
        }
        PutBack();
        if (!isSound)
        {
            memory.ThrowSpoilt();
        }
    }

    /// <summary>Gives nothing from now on. A span that is out stays good until it is finished.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) == Idle)
        {
            memory.Leave();
        }
    }

    private void PutBack()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Out) != Out)
        {
            // It was closed meanwhile, and this was its last span.
            Volatile.Write(ref _state, Closed);
            memory.Leave();
        }
    }

    private void Refuse(int count, int given)
    {
        if (given < 0)
        {
            string call = writes ? nameof(MapRingBuffer.GetWriteSpan) : nameof(MapRingBuffer.GetReadSpan);
            throw new InvalidOperationException($"There is no span: call {call} first.");
        }
        throw new ArgumentOutOfRangeException(nameof(count), count, $"The span has {given} bytes.");
    }
}
