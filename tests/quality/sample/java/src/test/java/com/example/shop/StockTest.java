package com.example.shop;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import org.junit.Ignore;
import org.junit.Test;

public class StockTest {
    private static int attempts;

    @Test
    public void reserves() {
        assertTrue(new Stock(5).reserve(2));
    }

    @Test
    public void plantedFlake() {
        attempts++;
        assertEquals("fails at first", 2, attempts);
    }

    @Test
    public void plantedFailure() {
        assertTrue("planted <failure>", new Stock(1).reserve(2));
    }

    @Test
    public void plantedError() {
        throw new IllegalStateException("planted");
    }

    @Test
    @Ignore("planted: waits for the warehouse")
    public void plantedSkip() {
    }
}
