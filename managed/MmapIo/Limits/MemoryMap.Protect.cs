namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Changes what may be done with all of the map.</summary>
    /// <inheritdoc cref="Protect(MapProtection, long, long)"/>
    public void Protect(MapProtection protection) => ProtectCall(protection, 0, All);

    /// <summary>
    /// Changes what may be done with a range. Afterwards, reads, writes and leases that it no longer permits throw.
    /// </summary>
    /// <param name="protection">What shall be permitted. Writing together with executing is refused.</param>
    /// <param name="offset">The first byte. The change covers every page that the range touches.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="ArgumentException">Not a protection, or one to write and execute; the range is not inside
    /// the map.</exception>
    /// <exception cref="InvalidOperationException">A lease on one of these pages is out.</exception>
    /// <exception cref="NotSupportedException">Writing was asked for on a map that is read-only.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not permit it.</exception>
    /// <exception cref="MmapIoException">The process has too many mappings (Linux: vm.max_map_count).</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>See <see href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</see> and
    /// <see href="https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualprotect">VirtualProtect</see>.
    /// </remarks>
    public void Protect(MapProtection protection, long offset, long length)
    {
        ThrowIfClosed();
        CheckRange(offset, length);
        ProtectCall(protection, offset, length);
    }

    private void ProtectCall(MapProtection protection, long offset, long length)
    {
        ThrowIfClosed();
        CheckProtection(protection);
        lock (_gate)
        {
            ThrowIfClosed();
            length = length == All ? _length : length;
            if (length == 0)
            {
                return;
            }
            (long from, long to) = WholePages(offset, length);
            object? readers = Readers;
            try
            {
                if (!BarAndWait((from, to)))
                {
                    throw new InvalidOperationException(
                        "A lease on this range is out, or memory of it is in use: dispose it first.");
                }
                ProtectPages(protection, from, to);
            }
            finally
            {
                Volatile.Write(ref Readers, readers);
            }
        }
    }

    private void CheckProtection(MapProtection protection)
    {
        const MapProtection All = MapProtection.ReadWrite | MapProtection.Execute;
        const MapProtection WriteAndExecute = MapProtection.Write | MapProtection.Execute;
        if ((protection & ~All) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(protection), protection, "Not a protection.");
        }
        if ((protection & WriteAndExecute) == WriteAndExecute)
        {
            throw new ArgumentException("A range may be writable or executable, not both.", nameof(protection));
        }
        if ((protection & MapProtection.Write) != 0 && !CanWrite && !_isPrivate)
        {
            throw new NotSupportedException("The map is read-only.");
        }
    }

    /// <summary>The bytes of the map that stand on the pages which the range touches.</summary>
    private (long From, long To) WholePages(long offset, long length)
    {
        long lead = (long)((nuint)_data % (uint)_pageSize);
        long from = ((lead + offset) / _pageSize * _pageSize) - lead;
        long to = ((lead + offset + length + _pageSize - 1) / _pageSize * _pageSize) - lead;
        return (Math.Max(from, 0), Math.Min(to, Length));
    }

    private void ProtectPages(MapProtection protection, long from, long to)
    {
        if ((protection & MapProtection.Write) != 0)
        {
            protection |= MapProtection.Read;
        }
        NativeError error;
        int status = Interop.mmapio_map_protect(
            _map, (ulong)from, (ulong)(to - from), (uint)protection, &error);
        MapErrors.ThrowIfFailed(status, error, "protect", _path);
        ProtectionTable table = (_protections ?? new ProtectionTable(Length, _initial)).With(from, to, protection);
        bool asAtFirst = table.Uniform == _initial && (_initial & MapProtection.Read) != 0;
        SetLimits(_backed, asAtFirst ? null : table);
    }
}
