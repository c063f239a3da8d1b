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
    /// <exception cref="PlatformNotSupportedException">The map has <see cref="MapOptions.ZeroFillOnFault"/>, whose zeros
    /// have the protection that the map was made with.</exception>
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
        int status = TryProtect(protection, offset, length, out NativeError error);
        if (status == InTheWay)
        {
            throw new InvalidOperationException(
                "A lease on this range is out, or memory of it is in use: dispose it first.");
        }
        MapErrors.ThrowIfFailed(status, error, "protect", Path, refusal: OptionAgainst(MapTraits.Zeros));
    }

    private int TryProtect(MapProtection protection, long offset, long length, out NativeError error)
    {
        NativeError told = default;
        int status = 0;
        using (Lifetime.Lock())
        {
            ThrowIfClosed();
            long bytes = length == All ? Length : length;
            if (bytes != 0)
            {
                (long from, long to) = _limits.WholePages(offset, bytes);
                object? readers = null;
                try
                {
                    status = Lifetime.TryBar(this, from, to, out readers) ? ProtectPages(protection, from, to, &told) : InTheWay;
                }
                finally
                {
                    Lifetime.Unbar(readers);
                }
            }
        }
        error = told;
        return status;
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
        if ((protection & MapProtection.Write) != 0 && !CanWrite && !_limits.IsPrivate)
        {
            throw new NotSupportedException("The map is read-only.");
        }
    }

    /// <summary>With nobody on these pages, which are whole.</summary>
    private int ProtectPages(MapProtection protection, long from, long to, NativeError* error)
    {
        if ((protection & MapProtection.Write) != 0)
        {
            protection |= MapProtection.Read;
        }
        int status = NativeProtect(protection, from, to, error);
        if (status == 0)
        {
            _limits.Protected(from, to, protection);
        }
        else
        {
            // mprotect(2) may have changed some of the pages before it met one that it could not.
            NativeError ignored;
            if (NativeProtect(_limits.Initial, from, to, &ignored) == 0)
            {
                _ = Reprotect(from, to, &ignored);
            }
            else
            {
                // Nobody knows what the pages permit now: better to refuse too much than to touch them.
                _limits.Protected(from, to, MapProtection.None);
            }
        }
        return status;
    }

    /// <summary>Protects pages as the table has them, which all permit what the map was made for.</summary>
    private int Reprotect(long from, long to, NativeError* error)
    {
        int result = 0;
        foreach ((long start, long end, MapProtection protection) in _limits.Exceptions(from, to))
        {
            int status = NativeProtect(protection, start, end, result == 0 ? error : null);
            if (status != 0)
            {
                _limits.Protected(start, end, _limits.Initial);
                result = result == 0 ? status : result;
            }
        }
        return result;
    }

    private int NativeProtect(MapProtection protection, long from, long to, NativeError* error) =>
        Interop.mmapio_map_protect(
            Lifetime.Native, (ulong)from, (ulong)(to - from), (uint)protection | Interop.ProtectQuietly, error);
}
