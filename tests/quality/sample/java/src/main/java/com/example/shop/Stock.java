package com.example.shop;

public final class Stock {
    private int count;

    public Stock(int count) {
        this.count = count;
    }

    public boolean reserve(int wanted) {
        if (wanted > count || wanted < 0) {
            return false;
        }
        count -= wanted;
        return true;
    }

    /** Planted: no test runs it. */
    public void release(int given) {
        count += given > 0 ? given : 0;
    }
}
