using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MmapIo;

/// <summary>
/// A range of a map as <see cref="Memory{T}"/>. A pin keeps the map mapped as long as it lasts. A span cannot say when
/// it is done with, so the first one makes this object keep the map mapped until it is disposed or collected.
/// </summary>
internal sealed unsafe class MappedMemory(MemoryMap map, long offset, int length, bool forWriting) : MemoryManager<byte>
{
    private bool _held;
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
        byte* data;
        lock (this)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(Memory<byte>));
            data = map.Hold(offset, length, forWriting);
            if (_held)
            {
                map.Release(offset, length);
            }
            _held = true;
        }
        return new Span<byte>(data, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
        ObjectDisposedException.ThrowIf(_disposed, typeof(Memory<byte>));
        return new MemoryHandle(map.Hold(offset, length, forWriting) + elementIndex, default, this);
    }

    public override void Unpin() => map.Release(offset, length);

    protected override void Dispose(bool disposing)
    {
        lock (this)
        {
            _disposed = true;
            if (_held)
            {
                _held = false;
                map.Release(offset, length);
            }
        }
    }
}
