namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Tells the system how all of the map will be used.</summary>
    /// <inheritdoc cref="Advise(MapAdvice, long, long)"/>
    public AdviceOutcome Advise(MapAdvice advice) => AdviseKept(advice, 0, All);

    /// <summary>Tells the system how a range will be used.</summary>
    /// <param name="advice">What to expect: the order of reading, what will be needed, what will not.</param>
    /// <param name="offset">The first byte. The advice covers every page that the range touches.</param>
    /// <param name="length">Bytes; 0 does nothing and says <see cref="AdviceOutcome.Ignored"/>.</param>
    /// <returns>What the system made of it. A hint that cannot be followed is no error.</returns>
    /// <exception cref="ArgumentException">Not an advice; the range is not inside the map.</exception>
    /// <exception cref="InvalidOperationException">The advice would destroy data of this map: see
    /// <see cref="AdviseDestructive"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">Populating in a way that the map does not permit.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="MmapIoException">Populating met a truncated file or a full disk.</exception>
    /// <remarks>See <see href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</see>. Which system
    /// knows what is in <see cref="MapCapabilities.GetOutcome(MapAdvice)"/>.</remarks>
    public AdviceOutcome Advise(MapAdvice advice, long offset, long length)
    {
        ThrowIfClosed();
        CheckRange(offset, length);
        return AdviseKept(advice, offset, length);
    }

    private AdviceOutcome AdviseKept(MapAdvice advice, long offset, long length)
    {
        ThrowIfClosed();
        AdviceRules.Check(advice, nameof(advice));
        if (AdviceRules.Destroys(advice, _limits.IsPrivate))
        {
            throw new InvalidOperationException(
                $"{advice} destroys what was written to this map. If that is what you want, call {nameof(AdviseDestructive)}.");
        }
        return AdviseNative((uint)advice, offset, length);
    }

    /// <summary>
    /// Gives an advice that may destroy what was written to the range: <see cref="MapAdvice.DontNeed"/> on private
    /// memory, <see cref="MapAdvice.Free"/>, <see cref="MapAdvice.Remove"/>. Otherwise as
    /// <see cref="Advise(MapAdvice, long, long)"/>.
    /// </summary>
    /// <param name="advice">The advice, of whichever kind.</param>
    /// <param name="offset">The first byte. Every page that the range touches loses its contents.</param>
    /// <param name="length">How many bytes.</param>
    /// <returns>What the system made of it.</returns>
    /// <exception cref="ArgumentException">Not an advice; the range is not inside the map.</exception>
    /// <exception cref="UnauthorizedAccessException">The map does not permit changing the file:
    /// <see cref="MapAdvice.Remove"/> needs <see cref="MapAccess.ReadWrite"/>.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public AdviceOutcome AdviseDestructive(MapAdvice advice, long offset, long length)
    {
        ThrowIfClosed();
        AdviceRules.Check(advice, nameof(advice));
        CheckRange(offset, length);
        return AdviseNative((uint)advice | Interop.AllowLoss, offset, length);
    }

    /// <summary>As above, on all of the map, of an advice that is known.</summary>
    internal AdviceOutcome AdviseAll(MapAdvice advice) => AdviseNative((uint)advice | Interop.AllowLoss, 0, All);

    private AdviceOutcome AdviseNative(uint advice, long offset, long length)
    {
        uint outcome;
        MapCall call = EnterNative(offset, length);
        call.End(
            Interop.mmapio_map_advise(call.Native, call.Offset, call.Length, advice, &outcome, &call.Error),
            "give advice on");
        return (AdviceOutcome)outcome;
    }
}
