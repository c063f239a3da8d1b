namespace MmapIo.Tests;

/// <summary><see cref="UninterruptibleLock"/>: an interruption finds the thread outside of it, and is not lost.</summary>
public sealed class UninterruptibleLockTests
{
    private readonly UninterruptibleLock _gate = new();

    [Fact]
    public void Who_is_interrupted_while_waiting_gets_in_and_hears_of_it_outside()
    {
        bool entered = false;
        bool heard = false;
        var waiter = new Thread(() =>
        {
            using (_gate.Enter())
            {
                entered = true;
            }
            heard = IsInterrupted();
        });
        using (_gate.Enter())
        {
            waiter.Start();
            for (int times = 0; times < 3; times++)
            {
                SpinWait.SpinUntil(() => waiter.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
                waiter.Interrupt();
            }
            Assert.False(waiter.Join(0) || entered);
        }
        waiter.Join();
        Assert.Equal((true, true), (entered, heard));
    }

    [Fact]
    public void Who_was_interrupted_before_gets_in_and_hears_of_it_outside()
    {
        (bool Free, bool Contended) heard = default;
        Interrupted(() =>
        {
            using (_gate.Enter())
            {
            }
            heard.Free = IsInterrupted();
        });
        Thread other;
        using (_gate.Enter())
        {
            other = new Thread(() => Interrupted(() =>
            {
                using (_gate.Enter())
                {
                }
                heard.Contended = IsInterrupted();
            }));
            other.Start();
            SpinWait.SpinUntil(() => other.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        }
        other.Join();
        Assert.Equal((true, true), heard);
    }

    [Fact]
    public void It_may_be_entered_again_and_keeps_others_out_until_the_last_scope_ends()
    {
        using (_gate.Enter())
        {
            using (_gate.Enter())
            {
            }
            Assert.True(IsTaken());
        }
        Assert.False(IsTaken());
    }

    private static void Interrupted(Action action)
    {
        Thread.CurrentThread.Interrupt();
        action();
    }

    private static bool IsInterrupted()
    {
        try
        {
            Thread.Sleep(1);
            return false;
        }
        catch (ThreadInterruptedException)
        {
            return true;
        }
    }

    private bool IsTaken()
    {
        bool taken = false;
        using (Threads.Start(() => taken = !Monitor.TryEnter(_gate)))
        {
        }
        return taken;
    }
}
