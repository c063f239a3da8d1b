namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    private static FaultGuard s_faultGuard;

    /// <summary>
    /// How <see cref="TryRead"/> and <see cref="TryWrite"/> survive faults, in all of the process: by a handler,
    /// unless said otherwise. Counts from the next copy on. A handler, once installed, stays.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a kind of guard.</exception>
    /// <exception cref="PlatformNotSupportedException">The native library cannot be used.</exception>
    public static FaultGuard FaultGuard
    {
        get => s_faultGuard;
        set
        {
            if (value is not (FaultGuard.Handler or FaultGuard.SystemCall))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "Not a kind of guard.");
            }
            NativeLibraryCheck.Require();
            _ = Interop.mmapio_guard_set((uint)value);
            s_faultGuard = value;
        }
    }

    /// <summary>
    /// Copies out of the map, and survives when its pages are gone: a file that was shortened meanwhile, a device that
    /// failed.
    /// </summary>
    /// <param name="offset">The first byte of the map.</param>
    /// <param name="destination">Receives the bytes; all of it must lie within the map.</param>
    /// <param name="bytesRead">How many good bytes were copied: all of them, or those before the fault.</param>
    /// <returns>True if all were copied; false if a fault ended it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against reading.</exception>
    /// <remarks>By default the first call installs a handler for SIGBUS (on Windows, a vectored exception handler)
    /// that acts only on faults in the library's own copy loop and passes on everything else; see
    /// <see cref="FaultGuard"/>. Memory that is protected with <see cref="Protect(MapProtection)"/> is copied by
    /// system calls.</remarks>
    public bool TryRead(long offset, Span<byte> destination, out int bytesRead)
    {
        fixed (byte* buffer = destination)
        {
            return TryCopy(offset, buffer, destination.Length, forWriting: false, out bytesRead);
        }
    }

    /// <summary>
    /// Copies into the map, and survives when its pages are gone, or when there is no space on the disk for them.
    /// </summary>
    /// <param name="offset">The first byte of the map.</param>
    /// <param name="source">The bytes; all of them must fit within the map.</param>
    /// <param name="bytesWritten">How many bytes were copied: all of them, or those before the fault.</param>
    /// <returns>True if all were copied; false if a fault ended it.</returns>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against writing.</exception>
    /// <remarks>As for <see cref="TryRead"/>.</remarks>
    public bool TryWrite(long offset, ReadOnlySpan<byte> source, out int bytesWritten)
    {
        fixed (byte* buffer = source)
        {
            return TryCopy(offset, buffer, source.Length, forWriting: true, out bytesWritten);
        }
    }

    private bool TryCopy(long offset, byte* buffer, int length, bool forWriting, out int copied)
    {
        ThreadUses uses = Lifetime.EnterCall(this);
        if (!_limits.Allows(offset, length, forWriting))
        {
            AllowOrEnd(uses, offset, length, forWriting, backed: false);
        }
        ulong done;
        NativeError error;
        int status = forWriting
            ? Interop.mmapio_map_write(Lifetime.Native, (ulong)offset, buffer, (ulong)length, &done, &error)
            : Interop.mmapio_map_read(Lifetime.Native, (ulong)offset, buffer, (ulong)length, &done, &error);
        Lifetime.ExitCall(this, uses);
        copied = (int)done;
        if (status == (int)MapStatus.Fault)
        {
            return false;
        }
        MapErrors.ThrowIfFailed(status, error, forWriting ? "write to" : "read from", Path);
        return true;
    }

    /// <summary>
    /// How many pages have vanished since the map was made, and have been replaced by zeros: once that is not 0, what was
    /// read may be wrong, and what was written may be lost. Always 0 without <see cref="MapOptions.ZeroFillOnFault"/>,
    /// and so on Windows. Never goes down.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public long TornPages
    {
        get
        {
            ThreadUses uses = Lifetime.EnterCall(this);
            ulong pages = Interop.mmapio_map_torn_pages(Lifetime.Native);
            Lifetime.ExitCall(this, uses);
            return (long)pages;
        }
    }

    /// <summary>For a lease that lives, which keeps the map mapped even when it is disposed.</summary>
    internal bool IsTorn => Interop.mmapio_map_torn_pages(Lifetime.Native) != 0;
}
