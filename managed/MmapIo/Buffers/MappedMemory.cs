using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MmapIo;

/// <summary>
/// A range of a map as <see cref="Memory{T}"/>. A pin keeps the map mapped as long as it lasts. A span cannot say when
/// it is done with, so the first one makes this object keep the map mapped until it is disposed or collected.
/// A rental works until then, also when the map is closed before.
/// </summary>
internal sealed unsafe class MappedMemory(
    MemoryMap map, long offset, int length, bool forWriting, bool isRental = false) : MemoryManager<byte>
{
    private readonly UninterruptibleLock _gate = new();

    // The first byte, while spans may be out. A map does not move while this holds it.
    private byte* _data;
    private int _pins;
    private bool _disposed;

    // The rule against finalizers here is about spans that outlive their memory. Without one, the map would stay mapped
    // for good; with one, it goes when nothing refers to the memory any more, and users are told to keep it that long.
    [SuppressMessage("Reliability", "CA2015", Justification = "See above.")]
    ~MappedMemory()
    {
        try
        {
            Dispose(false);
        }
        catch (Exception)
        {
            // There is nobody to tell, and an exception here would end the process.
        }
    }

    public override Memory<byte> Memory => CreateMemory(length);

    public override Span<byte> GetSpan()
    {
        byte* data = _data;
        if (data == null || (!isRental && map.IsClosed))
        {
            data = HoldForSpans();
        }
        return new Span<byte>(data, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
        using (_gate.Enter())
        {
            ThrowIfEnded(_disposed);
            byte* data = isRental && _data != null
                ? map.HoldAgain(offset, length)
                : map.Hold(offset, length, forWriting);
            _pins++;
            return new MemoryHandle(data + elementIndex, default, this);
        }
    }

    /// <summary>Ends one pin. A copy of a handle that was disposed already ends nobody else's hold on the map.</summary>
    public override void Unpin()
    {
        using (_gate.Enter())
        {
            if (_pins == 0)
            {
                return;
            }
            _pins--;
            map.Release(offset, length);
        }
    }

    protected override void Dispose(bool disposing)
    {
        using (_gate.Enter())
        {
            _disposed = true;
            if (_data != null)
            {
                _data = null;
                map.Release(offset, length);
            }
        }
    }

    private static void ThrowIfEnded(bool ended)
    {
        if (ended)
        {
            throw new ObjectDisposedException(
                "Memory<byte>", "What this memory of a map came from has ended: the map, a rental, a pipe or a writer.");
        }
    }

    private byte* HoldForSpans()
    {
        using (_gate.Enter())
        {
            ThrowIfEnded(_disposed);
            if (length == 0)
            {
                // There is nothing to keep mapped, and an empty map has no first byte.
                ThrowIfEnded(!isRental && map.IsClosed);
                return null;
            }
            byte* data = map.Hold(offset, length, forWriting);
            if (_data != null)
            {
                // Somebody else was first.
                map.Release(offset, length);
            }
            _data = data;
            return data;
        }
    }
}
